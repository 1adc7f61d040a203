import type { FastifyInstance } from 'fastify';
import { isIP } from 'node:net';
import { ApiProblem } from './problems.ts';

/** What a request says about where it comes from. */
export interface Provenance {
  method: string;
  /** `Host` header. */
  host: string | undefined;
  /** `Origin` header. */
  origin: string | undefined;
  /** `Sec-Fetch-Site` header. */
  fetchSite: string | undefined;
}

/** Why a request is refused, or null. */
export type StrangerVerdict = { code: 'host-refused' | 'origin-refused'; detail: string } | null;

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Keeps other web sites out of a lab on this machine.
 *
 * - DNS rebinding: a page of `evil.example`, whose name suddenly resolves to 127.0.0.1, sends
 *   `Host: evil.example`. Only loopback names pass; beyond loopback also addresses and `listenHost`
 *   (there a token is asked for as well).
 * - CSRF: a page of another site may send requests here, but its browser names it in `Origin`, and
 *   it must equal the host. Clients that are no browser send neither header.
 */
export function judge(request: Provenance, listenHost: string): StrangerVerdict {
  const host = request.host?.toLowerCase() ?? '';
  const name = host.replace(/:\d{1,5}$/, '');
  if (!LOOPBACK_NAMES.has(name) && !(isBeyondLoopback(listenHost) && isOwn(name, listenHost))) {
    return {
      code: 'host-refused',
      detail: `Host ${JSON.stringify(host.slice(0, 80))} is not this lab; use 127.0.0.1 or localhost`,
    };
  }
  const { origin, fetchSite } = request;
  if (origin !== undefined && origin.toLowerCase() !== `http://${host}`) {
    const shown = JSON.stringify(origin.slice(0, 80));
    return { code: 'origin-refused', detail: `Origin ${shown} is not this lab (http://${host})` };
  }
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (!reads && origin === undefined && fetchSite !== undefined && fetchSite !== 'same-origin') {
    const detail = `a browser sent this for another site (Sec-Fetch-Site: ${fetchSite.slice(0, 40)})`;
    return { code: 'origin-refused', detail };
  }
  return null;
}

/** Whether other machines can reach a server that listens on `host`. */
export function isBeyondLoopback(host: string): boolean {
  return host !== 'localhost' && host !== '::1' && !host.startsWith('127.');
}

function isOwn(name: string, listenHost: string): boolean {
  return name === listenHost.toLowerCase() || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
}

/** Applies {@link judge} to every request, whatever its address. */
export function refuseStrangers(app: FastifyInstance, listenHost: string): void {
  app.addHook('onRequest', async (request) => {
    const headers = request.raw.headers;
    const verdict = judge(
      {
        method: request.method,
        host: headers.host,
        origin: headers.origin,
        fetchSite: headers['sec-fetch-site'],
      },
      listenHost,
    );
    if (verdict) throw new ApiProblem(verdict.code, verdict.detail);
  });
}
