import { z } from 'zod';

const attributes = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** One trace in a list. Times: epoch milliseconds with fraction; durations: milliseconds. */
export const traceSummarySchema = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  startedAt: z.number(),
  durationMs: z.number(),
  /** Root span, or the earliest span while the root has not arrived. */
  service: z.string(),
  operation: z.string(),
  /** `http.response.status_code` of the root, if it has one. */
  httpStatus: z.number().nullable(),
  spanCount: z.int(),
  errorCount: z.int(),
  services: z.array(z.object({ service: z.string(), spans: z.int(), errors: z.int() })),
  correlationId: z.string().nullable(),
});
/** See {@link traceSummarySchema}. */
export type TraceSummary = z.infer<typeof traceSummarySchema>;

/**
 * Query of `GET /api/traces`. All conditions must hold; `service`, `operation`, `link` and `attr`
 * look at any span of the trace, durations and status at the root.
 */
export const traceQuerySchema = z.object({
  service: z.string().optional(),
  operation: z.string().optional(),
  link: z.string().optional(),
  status: z.enum(['ok', 'error']).optional(),
  minMs: z.coerce.number().min(0).optional(),
  maxMs: z.coerce.number().min(0).optional(),
  from: z.coerce.number().optional(),
  to: z.coerce.number().optional(),
  /** `key=value`, exact. */
  attr: z
    .string()
    .regex(/^[^=]+=.*$/)
    .optional(),
  /** Trace id, correlation id or order id, exact. */
  q: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  /** Newest first unless `slowest`. */
  sort: z.enum(['newest', 'slowest']).default('newest'),
  cursor: z.string().optional(),
});
/** See {@link traceQuerySchema}. */
export type TraceQuery = z.infer<typeof traceQuerySchema>;

/** Answer of `GET /api/traces`. */
export const tracePageSchema = z.object({
  traces: z.array(traceSummarySchema),
  nextCursor: z.string().nullable(),
  /** Counts over everything that matches, not only this page. */
  facets: z.object({
    services: z.array(z.object({ value: z.string(), count: z.int() })),
    operations: z.array(z.object({ value: z.string(), count: z.int() })),
    statuses: z.array(z.object({ value: z.enum(['ok', 'error']), count: z.int() })),
  }),
});
/** See {@link tracePageSchema}. */
export type TracePage = z.infer<typeof tracePageSchema>;

/** One span. */
export const spanSchema = z.object({
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z.string().nullable(),
  service: z.string(),
  instance: z.string().nullable(),
  name: z.string(),
  kind: z.enum(['internal', 'server', 'client', 'producer', 'consumer']),
  startedAt: z.number(),
  durationMs: z.number(),
  status: z.enum(['unset', 'ok', 'error']),
  statusMessage: z.string().nullable(),
  /** `from->to` for spans that cross a line. */
  link: z.string().nullable(),
  attributes,
  events: z.array(z.object({ name: z.string(), at: z.number(), attributes })),
});
/** See {@link spanSchema}. */
export type Span = z.infer<typeof spanSchema>;

/** Answer of `GET /api/traces/{traceId}`; 404 `trace-not-found`. Spans by start time. */
export const traceSchema = traceSummarySchema.extend({
  spans: z.array(spanSchema),
  /** True when the trace has more spans than are returned (50,000). */
  truncated: z.boolean(),
});
/** See {@link traceSchema}. */
export type Trace = z.infer<typeof traceSchema>;

/** One log record or event. */
export const logRecordSchema = z.object({
  id: z.string(),
  at: z.number(),
  severity: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']),
  service: z.string(),
  instance: z.string().nullable(),
  body: z.string(),
  eventName: z.string().nullable(),
  traceId: z.string().nullable(),
  spanId: z.string().nullable(),
  attributes,
});
/** See {@link logRecordSchema}. */
export type LogRecord = z.infer<typeof logRecordSchema>;

/** Query of `GET /api/logs`. `severity` is a minimum; `event` a name or a prefix ending in `*`. */
export const logQuerySchema = z.object({
  traceId: z.string().optional(),
  spanId: z.string().optional(),
  correlationId: z.string().optional(),
  service: z.string().optional(),
  instance: z.string().optional(),
  severity: logRecordSchema.shape.severity.optional(),
  event: z.string().optional(),
  q: z.string().optional(),
  from: z.coerce.number().optional(),
  to: z.coerce.number().optional(),
  order: z.enum(['newest', 'oldest']).default('newest'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().optional(),
});
/** See {@link logQuerySchema}. */
export type LogQuery = z.infer<typeof logQuerySchema>;

/** Answer of `GET /api/logs`. */
export const logPageSchema = z.object({
  logs: z.array(logRecordSchema),
  nextCursor: z.string().nullable(),
});
/** See {@link logPageSchema}. */
export type LogPage = z.infer<typeof logPageSchema>;
