import { collectorStreamSchema } from '@faultline/collector/contract';
import { z } from 'zod';
import { faultsSchema } from './faults.ts';
import { fleetSchema, policyTargetSchema } from './fleet.ts';
import { auditRowSchema, loadSchema, markSchema } from './lab.ts';
import { runSummarySchema } from './runs.ts';
import { redriveProgressSchema } from './topics.ts';

/**
 * `GET /api/stream`: server-sent events; event name, data as JSON, id = a growing number. A new
 * client first gets `fleet`, `faults`, `load` and the collector's first messages as they stand.
 * Events of the collector (`red`, `breakers`, `sagas`, `happened`, `stats`) are passed on as they
 * are. Heartbeat comment every 5 s.
 */
export const streamEventSchema = z.union([
  z.discriminatedUnion('event', [
    z.object({ event: z.literal('fleet'), data: fleetSchema }),
    z.object({ event: z.literal('faults'), data: faultsSchema }),
    z.object({ event: z.literal('load'), data: loadSchema }),
    z.object({ event: z.literal('mark'), data: markSchema }),
    /** A policy, a flag or the mTLS switch was changed: ask `GET /api/policies` again. */
    z.object({ event: z.literal('policies'), data: policyTargetSchema }),
    /** Somebody did something, or tried to. */
    z.object({ event: z.literal('audited'), data: auditRowSchema }),
    /** Dead letters are being sent again, or were: ask `GET /api/topics` again at the end. */
    z.object({ event: z.literal('redrive'), data: redriveProgressSchema }),
    /** A run was queued, began, ended, or entered another phase. */
    z.object({ event: z.literal('run'), data: runSummarySchema }),
    /** The control plane lost or found the collector. */
    z.object({ event: z.literal('collector'), data: z.object({ connected: z.boolean() }) }),
  ]),
  collectorStreamSchema,
]);
/** See {@link streamEventSchema}. */
export type StreamEvent = z.infer<typeof streamEventSchema>;
