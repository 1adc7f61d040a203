import { z } from 'zod';

const ratio = z.number().min(0).max(1);
const durationMs = z.number().min(0).nullable();

/** Rate, errors and duration over a window. Percentiles come from histograms; null: no call. */
export const redSchema = z.object({
  ratePerS: z.number().min(0),
  /** Failed calls over all calls; 0 when there were none. */
  errorRatio: ratio,
  p50Ms: durationMs,
  p95Ms: durationMs,
  p99Ms: durationMs,
  /** The numbers behind the ratio. */
  count: z.int().min(0),
  errorCount: z.int().min(0),
});
/** See {@link redSchema}. */
export type Red = z.infer<typeof redSchema>;

/** RED of a service as its callers see it (SERVER and CONSUMER spans). */
export const serviceRedSchema = redSchema.extend({
  service: z.string(),
  /** Absent: the whole service. Otherwise one operation, for instance `POST /v1/orders`. */
  operation: z.string().optional(),
});
/** See {@link serviceRedSchema}. */
export type ServiceRed = z.infer<typeof serviceRedSchema>;

/** RED of a link as its caller sees it: attempts that went out (CLIENT and PRODUCER spans). */
export const linkRedSchema = redSchema.extend({
  link: z.string(),
  from: z.string(),
  to: z.string(),
  /** Attempts over calls; 1 when nothing is retried; null without calls. */
  attemptsPerCall: z.number().min(1).nullable(),
  /** Calls that never went out: breaker open, bulkhead full, deadline spent. */
  rejectedPerS: z.number().min(0),
});
/** See {@link linkRedSchema}. */
export type LinkRed = z.infer<typeof linkRedSchema>;

/** `GET /api/red?window=30s` (1s to 15m, default 30s). */
export const redSnapshotSchema = z.object({
  at: z.number(),
  windowMs: z.number(),
  services: z.array(serviceRedSchema),
  links: z.array(linkRedSchema),
});
/** See {@link redSnapshotSchema}. */
export type RedSnapshot = z.infer<typeof redSnapshotSchema>;

/**
 * `GET /api/red/faster?service=S[&operation=O]&thresholdMs=T&window=30s` (T: above 0, at most
 * 300,000): the calls of the window, and how many of them took at most T; T is off by at most 4 %.
 */
export const fastCallsSchema = z.object({
  at: z.number(),
  windowMs: z.number(),
  thresholdMs: z.number(),
  good: z.int().min(0),
  total: z.int().min(0),
});
/** See {@link fastCallsSchema}. */
export type FastCalls = z.infer<typeof fastCallsSchema>;

/**
 * `GET /api/red/series?service=S[&operation=O]` or `?link=L`, with `from`, `to` (epoch ms) and
 * `stepMs` (>= 1000; at most 2,000 points). One point a step, also where nothing happened.
 */
export const redSeriesSchema = z.object({
  from: z.number(),
  to: z.number(),
  stepMs: z.number(),
  points: z.array(redSchema.extend({ at: z.number() })),
});
/** See {@link redSeriesSchema}. */
export type RedSeries = z.infer<typeof redSeriesSchema>;

/** `GET /api/graph?window=30s`: who really called whom. */
export const graphSchema = z.object({
  at: z.number(),
  windowMs: z.number(),
  nodes: z.array(
    z.object({ name: z.string(), kind: z.enum(['service', 'database', 'broker', 'outside']) }),
  ),
  edges: z.array(linkRedSchema.extend({ asynchronous: z.boolean() })),
});
/** See {@link graphSchema}. */
export type Graph = z.infer<typeof graphSchema>;
