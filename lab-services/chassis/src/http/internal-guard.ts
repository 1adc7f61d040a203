import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { problem } from './problem-error.ts';

/**
 * Opens routes under `/internal/`, and those that are an operator's, only to holders of the lab's token. It looks at the route that
 * was found, not at the raw URL, so no encoding of the path slips by; and compares digests, so the
 * time it takes tells nothing.
 */
export function guardInternalRoutes(app: FastifyInstance, tokens: () => readonly string[]): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { url, config } = request.routeOptions;
    if (!url?.startsWith('/internal/') && config.access !== 'operator') return done();
    const given = digest(request.headers.authorization ?? '');
    const good = tokens().filter((token) => timingSafeEqual(given, digest(`Bearer ${token}`)));
    if (good.length > 0) return done();
    done(problem(401, 'token-required', 'The route needs the bearer token of the lab'));
  });
}

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}
