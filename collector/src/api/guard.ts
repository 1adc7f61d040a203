import type { FastifyRequest } from 'fastify';
import { ApiProblem } from './problems.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Creates the check against DNS rebinding and foreign pages: a page of any site can make a browser
 * ask 127.0.0.1, but the browser then says in `host` or `origin` on whose behalf.
 *
 * @param allowedHosts names beside the loopback ones, lower case, without port
 * @returns a function that throws an ApiProblem for a request that is not for us
 */
export function createHostGuard(
  allowedHosts: readonly string[],
): (request: FastifyRequest) => void {
  const allowed = (hostname: string): boolean =>
    LOOPBACK.test(hostname) || allowedHosts.includes(hostname);

  return (request) => {
    const { host, origin } = request.headers;
    if (host === undefined || !allowed(hostnameOf(`http://${host}`))) {
      throw new ApiProblem('host-not-allowed', `host: a loopback name, received ${String(host)}`);
    }
    if (origin !== undefined && !allowed(hostnameOf(origin))) {
      throw new ApiProblem('origin-not-allowed', `origin: a loopback name, received ${origin}`);
    }
  };
}

/** Whether a URL leads to this machine. */
export function isLoopbackUrl(url: string): boolean {
  return LOOPBACK.test(hostnameOf(url));
}

function hostnameOf(url: string): string {
  try {
    return new URL(url).hostname.toLowerCase();
  } catch {
    return '';
  }
}
