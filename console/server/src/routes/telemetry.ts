import {
  breakerLanesSchema,
  breakersSchema,
  collectorStatsSchema,
  graphSchema,
  instanceUsageSchema,
  logPageSchema,
  logQuerySchema,
  METRIC_AGGREGATES,
  metricSeriesSchema,
  redSeriesSchema,
  redSnapshotSchema,
  sagaDetailSchema,
  sagaPageSchema,
  tracePageSchema,
  traceQuerySchema,
  traceSchema,
} from '@faultline/collector/contract';
import { SAGA_STATES } from '@faultline/chassis/core';
import { z } from 'zod';
import type { ControlContext } from '../context.ts';
import type { App } from '../http/app.ts';

const text = z.string().max(500);
const time = z.coerce.number();
const windowed = z.object({
  window: z
    .string()
    .regex(/^\d{1,4}(s|m)$/, 'a duration from 1s to 15m, for instance 30s')
    .optional(),
});

/** What the collector answers, asked through the control plane: one origin for the browser. */
const QUERIES = [
  ['/api/red', 'RED of services and links over a window', windowed, redSnapshotSchema],
  [
    '/api/red/series',
    'RED of one service or link over time',
    z.object({
      service: text.optional(),
      operation: text.optional(),
      link: text.optional(),
      from: time.optional(),
      to: time.optional(),
      stepMs: z.coerce.number().int().min(1000).optional(),
    }),
    redSeriesSchema,
  ],
  [
    '/api/metrics',
    'A metric of the services over time; `label.<name>` chooses by label',
    z.looseObject({
      name: text,
      service: text.optional(),
      instance: text.optional(),
      aggregate: z.enum(METRIC_AGGREGATES).optional(),
      from: time.optional(),
      to: time.optional(),
      stepMs: z.coerce.number().int().min(1000).optional(),
    }),
    metricSeriesSchema,
  ],
  ['/api/graph', 'Who really called whom', windowed, graphSchema],
  ['/api/traces', 'Search traces', traceQuerySchema, tracePageSchema],
  ['/api/traces/:id', 'One trace with its spans', z.object({}), traceSchema],
  ['/api/logs', 'Search log records and events', logQuerySchema, logPageSchema],
  ['/api/breakers', 'Circuit breakers as they stand', z.object({}), breakersSchema],
  [
    '/api/breakers/lanes',
    'Circuit breakers over time',
    z.object({ from: time.optional(), to: time.optional(), link: text.optional() }),
    breakerLanesSchema,
  ],
  [
    '/api/sagas',
    'Sagas, newest first',
    z.object({
      state: z.enum(SAGA_STATES).optional(),
      q: text.optional(),
      from: time.optional(),
      to: time.optional(),
      limit: z.coerce.number().int().min(1).max(500).optional(),
      cursor: text.optional(),
    }),
    sagaPageSchema,
  ],
  ['/api/sagas/:id', 'One saga and all that happened to it', z.object({}), sagaDetailSchema],
  ['/api/instances', 'CPU, memory and lag of every instance', z.object({}), instanceUsageSchema],
  [
    '/api/stats',
    'What the collector received, kept and dropped',
    z.object({}),
    collectorStatsSchema,
  ],
] as const;

/** Validates the query here, so that errors are the same everywhere, and passes the answer on. */
export function telemetryRoutes(app: App, { collector }: ControlContext): void {
  for (const [url, summary, query, answer] of QUERIES) {
    app.route({
      method: 'GET',
      url,
      schema: {
        summary,
        querystring: query,
        ...(url.includes(':id') ? { params: z.object({ id: z.string().min(1).max(120) }) } : {}),
        response: { 200: answer },
      },
      handler: async (request, reply) => {
        const { pathname, searchParams } = new URL(request.url, 'http://collector');
        const { status, contentType, body } = await collector.get(pathname, searchParams);
        // Streamed as it comes: a trace of 50,000 spans never stands in memory here.
        return reply
          .code(status as 200)
          .header('content-type', contentType)
          .send(body as never);
      },
    });
  }
}
