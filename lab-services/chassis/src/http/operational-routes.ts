import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import type { Readiness } from '../runtime/readiness.ts';
import { metricsText } from './metrics-text.ts';

/** Routes that machines poll: no log line, no span, no metric, no limit. */
const QUIET = new Set(['/health', '/ready', '/metrics', '/openapi.json']);

/** Whether `request` is for a route that machines poll. */
export function isQuiet(request: FastifyRequest): boolean {
  return QUIET.has(request.routeOptions.url ?? '');
}

/** Whether `request` is no work of the service: polled, or for the lab itself (`/internal/*`). */
export function isForMachines(request: FastifyRequest): boolean {
  return isQuiet(request) || (request.routeOptions.url?.startsWith('/internal/') ?? false);
}

/** `/health`, `/ready` and `/metrics`: the same for every service. */
export function addOperationalRoutes(
  app: FastifyInstance,
  readiness: Readiness,
  metrics: Registry,
): void {
  app.get('/health', { schema: { hide: true } }, () => ({ status: 'alive' }));
  app.get('/ready', { schema: { hide: true } }, async (_request, reply) => {
    const report = await readiness.report();
    return reply.code(report.status === 'ready' ? 200 : 503).send(report);
  });
  app.get<{ Querystring: { 'name[]'?: unknown } }>(
    '/metrics',
    { schema: { hide: true } },
    async ({ query }, reply) =>
      reply.type(metrics.contentType).send(await metricsText(metrics, query['name[]'])),
  );
}
