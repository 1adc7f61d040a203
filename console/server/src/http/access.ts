import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createHash, timingSafeEqual } from 'node:crypto';
import { ApiProblem } from './problems.ts';

const COOKIE = 'faultline_token';

/**
 * Asks every request for the token: `Authorization: Bearer`, the cookie, or once the login link
 * `/?token=…`, which sets the cookie and leads to the page without the token in its address.
 * The registry is exempt for this machine: services know no token.
 */
export function askForToken(app: FastifyInstance, token: string): void {
  app.addHook('onRequest', async (request, reply) => {
    const url = new URL(request.url, 'http://lab');
    const offered = url.searchParams.get('token');
    if (request.method === 'GET' && offered !== null && isSame(offered, token)) {
      url.searchParams.delete('token');
      const cookie = `${COOKIE}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000`;
      return reply.header('set-cookie', cookie).redirect(`${url.pathname}${url.search}`, 303);
    }
    if (isRegistryCall(request, url) || carriesToken(request, token)) return undefined;
    throw new ApiProblem('token-required', 'open the login link that the lab printed at its start');
  });
}

function isRegistryCall(request: FastifyRequest, url: URL): boolean {
  const local = /^(::ffff:)?127\.|^::1$/.test(request.socket.remoteAddress ?? '');
  return local && url.pathname.startsWith('/registry/');
}

function carriesToken(request: FastifyRequest, token: string): boolean {
  const { authorization, cookie } = request.headers;
  if (authorization?.startsWith('Bearer ')) return isSame(authorization.slice(7).trim(), token);
  return (cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .some((pair) => pair.startsWith(`${COOKIE}=`) && isSame(pair.slice(COOKIE.length + 1), token));
}

/** Compares digests: neither length nor content of the secret shows in the time it takes. */
function isSame(offered: string, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(offered), digest(token));
}
