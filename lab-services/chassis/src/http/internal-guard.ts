import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { problem } from './problem-error.ts';

/**
 * Opens routes under `/internal/` only to holders of the lab's token. It looks at the route that
 * was found, not at the raw URL, so no encoding of the path slips by; and compares digests, so the
 * time it takes tells nothing.
 */
export function guardInternalRoutes(app: FastifyInstance, token: string): void {
  const expected = digest(`Bearer ${token}`);
  app.addHook('onRequest', (request, _reply, done) => {
    if (!request.routeOptions.url?.startsWith('/internal/')) return done();
    const given = digest(request.headers.authorization ?? '');
    if (timingSafeEqual(given, expected)) return done();
    done(problem(401, 'token-required', '/internal/* needs the bearer token of the lab'));
  });
}

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}
