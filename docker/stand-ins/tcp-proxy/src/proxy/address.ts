import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** A host name or IP address and a port. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** An address that cannot be used; `problem` reads as Go's net package words it. */
export interface AddressProblem {
  readonly problem: string;
}

const HIGHEST_PORT = 65_535;

/**
 * Splits `host:port` and `[v6]:port`. The host may be empty. Problems are worded as Go does
 * (`address zzz: missing port in address`), because clients match on them.
 */
export function parseAddress(text: string): HostPort | AddressProblem {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(text);
  if (!match) {
    if (/^\[[^\]]*$/.test(text)) return { problem: `address ${text}: missing ']' in address` };
    if (text.startsWith('[') ? !/\]:/.test(text) : !text.includes(':')) {
      return { problem: `address ${text}: missing port in address` };
    }
    return { problem: `address ${text}: too many colons in address` };
  }
  const portText = match[3] ?? '';
  // Go reads a sign as part of a number, and a number as a port that may be out of range.
  if (portText !== '' && !/^[+-]?\d+$/.test(portText)) {
    return { problem: `lookup tcp/${portText}: unknown port` };
  }
  const port = Number(portText);
  if (port < 0 || port > HIGHEST_PORT) return { problem: `address ${portText}: invalid port` };
  return { host: match[1] ?? match[2] ?? '', port };
}

export function isAddressProblem(address: object): address is AddressProblem {
  return 'problem' in address;
}

/** Prints an address as Go does: IPv6 in brackets. */
export function formatAddress({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * The address that a `listen` text stands for: empty or a wildcard means all addresses (`::`), a
 * name its first IPv4 address, or IPv6 if there is none. An empty text means any port everywhere.
 */
export async function resolveListen(text: string): Promise<HostPort | AddressProblem> {
  const address = text === '' ? { host: '', port: 0 } : parseAddress(text);
  if (isAddressProblem(address)) return address;
  const { host, port } = address;
  if (host === '' || host === '0.0.0.0' || host === '::') return { host: '::', port };
  if (isIP(host)) return address;
  try {
    const found = await lookup(host, { all: true });
    const chosen = found.find(({ family }) => family === 4) ?? found[0];
    if (chosen) return { host: chosen.address, port };
  } catch {
    // The resolver's own words differ from one system to the next; the answer is the same.
  }
  return { problem: `lookup ${host}: no such host` };
}
