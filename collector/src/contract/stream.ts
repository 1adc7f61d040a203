import { z } from 'zod';
import { collectorStatsSchema } from './operation.ts';
import { redSnapshotSchema } from './red.ts';
import { breakerSchema, sagaPageSchema, sagaSchema } from './resilience.ts';
import { logRecordSchema } from './traces.ts';

/**
 * `GET /api/stream`: server-sent events; event name and data. A new client first gets `red`,
 * `breakers`, `sagas` and `stats` as they stand. A slow client loses `red` first, never a state.
 */
export const collectorStreamSchema = z.discriminatedUnion('event', [
  /** Every second, window 10 s. */
  z.object({ event: z.literal('red'), data: redSnapshotSchema }),
  /** All breakers; on every change of one. */
  z.object({ event: z.literal('breakers'), data: z.object({ breakers: z.array(breakerSchema) }) }),
  /** Counts, and the sagas that changed since the last message; at most 5 a second. */
  z.object({
    event: z.literal('sagas'),
    data: z.object({ counts: sagaPageSchema.shape.counts, changed: z.array(sagaSchema) }),
  }),
  /** Resilience events worth a mark on a chart: breaker changes, stuck sagas, dead letters. */
  z.object({ event: z.literal('happened'), data: logRecordSchema }),
  /** Every 5 s and when something was dropped. */
  z.object({ event: z.literal('stats'), data: collectorStatsSchema }),
]);
/** See {@link collectorStreamSchema}. */
export type CollectorStreamEvent = z.infer<typeof collectorStreamSchema>;
