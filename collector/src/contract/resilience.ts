import { BREAKER_STATES, SAGA_STATES } from '@faultline/chassis/core';
import { z } from 'zod';

/** What a breaker decided upon. */
export const breakerEvidenceSchema = z.object({
  windowMs: z.number(),
  calls: z.int(),
  failures: z.int(),
  slow: z.int(),
});

/** One breaker: a caller instance's view of a link. */
export const breakerSchema = z.object({
  link: z.string(),
  /** The calling instance that holds the breaker. */
  instance: z.string(),
  state: z.enum(BREAKER_STATES),
  since: z.number(),
  evidence: breakerEvidenceSchema,
});
/** See {@link breakerSchema}. */
export type Breaker = z.infer<typeof breakerSchema>;

/** Answer of `GET /api/breakers`. */
export const breakersSchema = z.object({ breakers: z.array(breakerSchema) });

/** One call as evidence: a tick on a lane. */
export const breakerCallSchema = z.object({
  at: z.number(),
  outcome: z.enum(['ok', 'failed', 'slow', 'rejected']),
  durationMs: z.number(),
  traceId: z.string().nullable(),
});

/** One breaker over time. Segments are contiguous; the last has `to: null` while it lasts. */
export const breakerLaneSchema = z.object({
  link: z.string(),
  instance: z.string(),
  segments: z.array(
    z.object({
      state: z.enum(BREAKER_STATES),
      from: z.number(),
      to: z.number().nullable(),
      reason: z.string().nullable(),
      evidence: breakerEvidenceSchema.nullable(),
    }),
  ),
  /** Newest 500 of the range. */
  calls: z.array(breakerCallSchema),
});
/** See {@link breakerLaneSchema}. */
export type BreakerLane = z.infer<typeof breakerLaneSchema>;

/** Answer of `GET /api/breakers/lanes?from&to[&link]`. */
export const breakerLanesSchema = z.object({
  from: z.number(),
  to: z.number(),
  lanes: z.array(breakerLaneSchema),
});
/** See {@link breakerLanesSchema}. */
export type BreakerLanes = z.infer<typeof breakerLanesSchema>;

/** One saga in a list. */
export const sagaSchema = z.object({
  id: z.string(),
  orderId: z.string(),
  style: z.enum(['orchestrated', 'choreographed']),
  state: z.enum(SAGA_STATES),
  /** Last step begun. */
  step: z.string(),
  startedAt: z.number(),
  updatedAt: z.number(),
  endedAt: z.number().nullable(),
  traceId: z.string().nullable(),
  /** Why it is compensating or stuck. */
  reason: z.string().nullable(),
  /** The service whose answer or event is awaited; null when it ended. */
  waitingFor: z.string().nullable(),
  /** Steps still to take or to undo, in that order. */
  remaining: z.array(z.string()),
});
/** See {@link sagaSchema}. */
export type Saga = z.infer<typeof sagaSchema>;

/** `GET /api/sagas?state=&q=&from=&to=&limit=&cursor=`; newest first. */
export const sagaPageSchema = z.object({
  /** Of all sagas kept, whatever the filter. `compensating` counts as running. */
  counts: z.object({
    running: z.int(),
    completed: z.int(),
    compensated: z.int(),
    stuck: z.int(),
  }),
  sagas: z.array(sagaSchema),
  nextCursor: z.string().nullable(),
});
/** See {@link sagaPageSchema}. */
export type SagaPage = z.infer<typeof sagaPageSchema>;

/** Answer of `GET /api/sagas/{id}`; 404 `saga-not-found`. */
export const sagaDetailSchema = sagaSchema.extend({
  /** Everything that happened, oldest first. */
  timeline: z.array(
    z.object({
      at: z.number(),
      event: z.string(),
      step: z.string().nullable(),
      service: z.string(),
      instance: z.string().nullable(),
      detail: z.string(),
      traceId: z.string().nullable(),
      spanId: z.string().nullable(),
    }),
  ),
});
/** See {@link sagaDetailSchema}. */
export type SagaDetail = z.infer<typeof sagaDetailSchema>;
