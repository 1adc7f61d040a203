import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Finds ports that nobody listens on. */
export interface PortFinder {
  /** `wanted` if it is free, otherwise another one. Never the same port twice. */
  find(wanted?: number): Promise<number>;
  /** Keeps a port that a running part already has from being given again. */
  claim(port: number): void;
  /** The port of a part that is gone may be given again. */
  release(port: number): void;
}

/** Ports that clients of the real parts expect. */
export const WELL_KNOWN_PORTS: Readonly<Record<string, number>> = {
  'toxiproxy-1': 8474,
  'kafka-1': 9092,
  'postgres-1': 5432,
};

/**
 * Below the range from which systems take the ports of outgoing connections (32768 on Linux,
 * 49152 on macOS): a port that an instance gave back for a moment must not become one of those.
 */
const RANGE = { from: 20_000, to: 32_000 };

/** Creates a finder for one host. Starts at a random place, so that two labs rarely meet. */
export function createPortFinder(
  host = '127.0.0.1',
  start = randomInt(RANGE.from, RANGE.to),
): PortFinder {
  const given = new Set<number>();
  let next = start;
  const take = async (port: number): Promise<boolean> => {
    if (given.has(port)) return false;
    given.add(port);
    if (await isPortFree(port, host)) return true;
    given.delete(port);
    return false;
  };
  return {
    async find(wanted) {
      if (wanted !== undefined && (await take(wanted))) return wanted;
      for (let tries = 0; tries < RANGE.to - RANGE.from; tries += 1) {
        const port = next;
        next = next + 1 >= RANGE.to ? RANGE.from : next + 1;
        if (await take(port)) return port;
      }
      throw new Error(`No port between ${RANGE.from} and ${RANGE.to} is free on ${host}.`);
    },
    claim: (port) => void given.add(port),
    release: (port) => void given.delete(port),
  };
}

/** Whether a server could listen on `port` of `host` now. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  const probe = createServer();
  try {
    probe.listen({ port, host, exclusive: true });
    await once(probe, 'listening');
    probe.close();
    await once(probe, 'close');
    return true;
  } catch {
    return false;
  }
}
