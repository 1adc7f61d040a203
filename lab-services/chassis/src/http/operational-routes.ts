import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { Readiness } from '../runtime/readiness.ts';

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
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.metrics()),
  );
}
