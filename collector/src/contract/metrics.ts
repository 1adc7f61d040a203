import { z } from 'zod';

/** How the values of one step become one. */
export const METRIC_AGGREGATES = ['last', 'max', 'min', 'rate'] as const;

/**
 * `GET /api/metrics?name=N`, with `service`, `instance` and `label.<name>` to choose series, `from`
 * and `to` (epoch ms, default the last ten minutes), `stepMs` (>= 1000, default 5000; at most 2,000
 * steps) and `aggregate`: `last` (default), `max` or `min` of the step, or `rate`, the growth of a
 * counter per second, which a restart does not make negative.
 */
export const metricSeriesSchema = z.object({
  name: z.string(),
  aggregate: z.enum(METRIC_AGGREGATES),
  from: z.number(),
  to: z.number(),
  stepMs: z.number(),
  /** Whether there are more series than an answer holds. */
  truncated: z.boolean(),
  series: z.array(
    z.object({
      service: z.string(),
      instance: z.string().nullable(),
      labels: z.record(z.string(), z.string()),
      /** One a step, from `from` on; null: nothing was measured, the instance was away. */
      values: z.array(z.number().nullable()),
    }),
  ),
});
/** See {@link metricSeriesSchema}. */
export type MetricSeries = z.infer<typeof metricSeriesSchema>;
