import { collectorStreamSchema } from '@faultline/collector/contract';
import { z } from 'zod';
import { faultsSchema } from './faults.ts';
import { fleetSchema } from './fleet.ts';
import { loadSchema, markSchema } from './lab.ts';

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
    /** A policy was changed: ask `GET /api/policies` again. */
    z.object({ event: z.literal('policies'), data: z.object({ link: z.string() }) }),
    /** The control plane lost or found the collector. */
    z.object({ event: z.literal('collector'), data: z.object({ connected: z.boolean() }) }),
  ]),
  collectorStreamSchema,
]);
/** See {@link streamEventSchema}. */
export type StreamEvent = z.infer<typeof streamEventSchema>;
