import { z } from 'zod';

/** `PUT /api/targets`: what to scrape, once a second each. Replaces the former list. */
export const scrapeTargetsSchema = z.object({
  targets: z.array(z.object({ service: z.string(), instance: z.string(), url: z.url() })).max(500),
});
/** See {@link scrapeTargetsSchema}. */
export type ScrapeTargets = z.infer<typeof scrapeTargetsSchema>;

/** Answer of `GET /api/instances`: the newest scrape of each target. */
export const instanceUsageSchema = z.object({
  instances: z.array(
    z.object({
      service: z.string(),
      instance: z.string(),
      up: z.boolean(),
      scrapedAt: z.number().nullable(),
      /** CPU seconds per second: 1 = one core. */
      cpuRatio: z.number().nullable(),
      rssBytes: z.number().nullable(),
      heapUsedBytes: z.number().nullable(),
      eventLoopLagMs: z.number().nullable(),
    }),
  ),
});
/** See {@link instanceUsageSchema}. */
export type InstanceUsage = z.infer<typeof instanceUsageSchema>;

const signal = z.object({
  received: z.int(),
  stored: z.int(),
  /** By reason: `queue-full`, `invalid`, `too-large`. */
  dropped: z.record(z.string(), z.int()),
});

/** Answer of `GET /api/stats`: what came in, what was lost and why, since the start. */
export const collectorStatsSchema = z.object({
  startedAt: z.number(),
  spans: signal,
  logs: signal,
  metrics: signal,
  queued: z.int(),
  storeBytes: z.int(),
  storeLimitBytes: z.int(),
  oldestAt: z.number().nullable(),
  /** Age of the newest span that can be queried, milliseconds. */
  dataAgeMs: z.number().nullable(),
});
/** See {@link collectorStatsSchema}. */
export type CollectorStats = z.infer<typeof collectorStatsSchema>;
