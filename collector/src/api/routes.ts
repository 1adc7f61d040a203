import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { logQuerySchema, scrapeTargetsSchema, traceQuerySchema } from '../contract/index.ts';
import { graphOf } from '../derive/graph.ts';
import type { RedSubject } from '../derive/red.ts';
import { readCursor, writeCursor, type Place } from '../store/cursor.ts';
import type { ApiContext } from './context.ts';
import { isLoopbackUrl } from './guard.ts';
import { ApiProblem, check } from './problems.ts';
import {
  fastCallsQuerySchema,
  lanesQuerySchema,
  metricQuerySchema,
  sagaQuerySchema,
  seriesQuerySchema,
  windowQuerySchema,
} from './query.ts';

/** Adds RED, series, fast calls and graph. */
export function redRoutes(server: FastifyInstance, { live, store, clock }: ApiContext): void {
  server.get('/api/red', async (request) =>
    live.red.snapshot(check(windowQuerySchema, request.query).window),
  );

  server.get('/api/red/faster', async (request) => {
    const query = check(fastCallsQuerySchema, request.query);
    const { service, operation, thresholdMs, window: windowMs } = query;
    const calls = live.red.fastCalls({ service, operation }, { thresholdMs, windowMs });
    return { at: clock.now(), windowMs, thresholdMs, ...calls };
  });

  server.get('/api/graph', async (request) => {
    const snapshot = live.red.snapshot(check(windowQuerySchema, request.query).window);
    return graphOf(snapshot, live.reporting, live.red.asynchronousLinks());
  });

  server.get('/api/red/series', async (request) => {
    const query = check(seriesQuerySchema, request.query);
    const { from, to, stepMs } = query;
    const range = { from, to, stepMs };
    const subject: RedSubject =
      query.link === undefined
        ? { service: query.service ?? '', operation: query.operation }
        : { link: query.link };
    if (from >= live.red.coveredFrom()) return live.red.series(subject, range);
    return { ...range, points: await store.redHistory(subject, range) };
  });
}

/** Adds traces and logs. */
export function searchRoutes(server: FastifyInstance, { store }: ApiContext): void {
  server.get('/api/traces', async (request) => {
    const { cursor, ...query } = check(traceQuerySchema, request.query);
    return store.searchTraces({ ...query, after: placeOf(cursor) });
  });

  server.get('/api/traces/:traceId', async (request) => {
    const { traceId } = check(
      z.object({ traceId: z.string().regex(/^[0-9a-f]{32}$/, '32 hexadecimal digits') }),
      request.params,
    );
    const trace = await store.trace(traceId);
    if (!trace) throw new ApiProblem('trace-not-found', `traceId: ${traceId}`);
    return trace;
  });

  server.get('/api/logs', async (request) => {
    const { cursor, ...query } = check(logQuerySchema, request.query);
    return store.searchLogs({ ...query, after: placeOf(cursor) });
  });
}

/** Adds breakers and sagas. */
export function resilienceRoutes(server: FastifyInstance, { live, store }: ApiContext): void {
  server.get('/api/breakers', async () => ({ breakers: live.breakers.current() }));

  server.get('/api/breakers/lanes', async (request) => {
    const { from, to, link } = check(lanesQuerySchema, request.query);
    return live.breakers.lanes(from, to, link);
  });

  server.get('/api/sagas', async (request) => {
    const { cursor, limit, ...filter } = check(sagaQuerySchema, request.query);
    const after = placeOf(cursor);
    const found = live.sagas
      .list(filter)
      .filter(
        ({ startedAt, id }) =>
          !after || startedAt < after.key || (startedAt === after.key && id < after.id),
      );
    const sagas = found.slice(0, limit);
    const last = sagas.at(-1);
    return {
      counts: live.sagas.counts(),
      sagas,
      nextCursor:
        last && found.length > limit ? writeCursor({ key: last.startedAt, id: last.id }) : null,
    };
  });

  server.get('/api/sagas/:id', async (request) => {
    const { id } = check(z.object({ id: z.string().min(1).max(200) }), request.params);
    const saga = live.sagas.get(id);
    if (!saga) throw new ApiProblem('saga-not-found', `id: ${id}`);
    return { ...saga, timeline: await store.sagaTimeline(id, saga.traceId) };
  });
}

/** Adds targets, instances and statistics. */
export function operationRoutes(server: FastifyInstance, context: ApiContext): void {
  server.put('/api/targets', async (request, reply) => {
    const { targets } = check(scrapeTargetsSchema, request.body);
    for (const { url } of targets) {
      if (isLoopbackUrl(url) || context.allowedHosts.includes(new URL(url).hostname)) continue;
      throw new ApiProblem(
        'target-not-allowed',
        `targets.url: a loopback address, received ${url}`,
      );
    }
    context.scraper.setTargets(targets);
    return reply.code(204).send();
  });

  server.get('/api/metrics', async (request) =>
    context.store.metricHistory(check(metricQuerySchema(context.clock.now()), request.query)),
  );
  server.get('/api/instances', async () => ({ instances: context.instances.list() }));
  server.get('/api/stats', async () => context.stats());
  server.get('/api/health', async () => ({ status: 'ok' }));
}

function placeOf(cursor: string | undefined): Place | null {
  if (cursor === undefined) return null;
  const place = readCursor(cursor);
  if (!place) throw new ApiProblem('invalid-cursor', 'cursor: as received in nextCursor');
  return place;
}
