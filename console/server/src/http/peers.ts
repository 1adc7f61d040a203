import type { FastifyInstance } from 'fastify';
import { readFile } from 'node:fs/promises';
import { ApiProblem } from './problems.ts';

/** The kernel's table of IPv4 routes of this network namespace. */
const ROUTES = '/proc/net/route';
/** Flag of a route that leads over a gateway. */
const RTF_GATEWAY = 0x2;

/**
 * Where this container's way out begins. Connections to a published port come from there; those of
 * other containers of the network come from their own addresses.
 *
 * @throws Error where there is no such thing: the caller believed itself in a container
 */
export async function readDefaultGateway(): Promise<string> {
  const gateway = defaultGatewayIn(await readFile(ROUTES, 'utf8').catch(() => ''));
  if (gateway !== null) return gateway;
  throw new Error(
    '--published-on-loopback is for a container whose port is published: ' +
      `${ROUTES} has no default gateway here; leave the flag out`,
  );
}

/**
 * Finds the gateway in a table of routes. A line is
 * `interface destination gateway flags references use metric mask …`, with addresses as eight
 * hexadecimal digits, the last byte first.
 *
 * @returns dotted decimals, or null
 */
export function defaultGatewayIn(routes: string): string | null {
  for (const line of routes.split('\n')) {
    const [, destination, gateway, flags = ''] = line.trim().split(/\s+/);
    const leadsOut = destination === '00000000' && (parseInt(flags, 16) & RTF_GATEWAY) !== 0;
    if (leadsOut && /^[0-9a-f]{8}$/i.test(gateway ?? '')) {
      return [...Buffer.from(gateway ?? '', 'hex').reverse()].join('.');
    }
  }
  return null;
}

/** Whether a peer is this machine itself or, by way of the gateway, the one around it. */
export function isAdmitted(peer: string | undefined, gateway: string): boolean {
  const address = (peer ?? '').replace(/^::ffff:/, '');
  return address === gateway || address === '::1' || address.startsWith('127.');
}

/**
 * Keeps other containers out of a control plane that listens on every address of its container but
 * is published on the loopback address of the host only: what runs in the lab must not command it.
 */
export function refusePeers(app: FastifyInstance, gateway: string): void {
  app.addHook('onRequest', async ({ socket }) => {
    const { remoteAddress } = socket;
    if (isAdmitted(remoteAddress, gateway)) return;
    throw new ApiProblem(
      'peer-refused',
      `${remoteAddress ?? 'nobody'} is neither this machine nor its gateway ${gateway}; ` +
        'use the published port on 127.0.0.1',
    );
  });
}
