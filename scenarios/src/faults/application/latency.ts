import { z } from 'zod';
import { integerField } from '../fields.ts';
import { createToldFault } from '../told/told-fault.ts';
import { sayMilliseconds } from '../units.ts';
import { matchOf, requestFields, sayMatch } from './request-fields.ts';

/** A service that is slow: requests wait inside of it, connections are quick. */
export const applicationLatency = createToldFault({
  kind: 'application.latency',
  title: 'Slow handler',
  summary: 'Holds requests inside the service before their handler runs.',
  schema: z.strictObject({
    kind: z.literal('application.latency'),
    latencyMs: integerField({
      ...{ title: 'Latency', unit: 'ms', minimum: 0, maximum: 600_000, default: 1000 },
      description: 'How long a request is held',
    }),
    jitterMs: integerField({
      ...{ title: 'Jitter', unit: 'ms', minimum: 0, maximum: 600_000, default: 0 },
      description: 'The latency varies by this much, up and down',
    }),
    ...requestFields,
  }),
  describe: (spec) => {
    const { latencyMs, jitterMs } = spec;
    const jitter = jitterMs > 0 ? ` ± ${sayMilliseconds(jitterMs)}` : '';
    return `slow by ${sayMilliseconds(latencyMs)}${jitter}${sayMatch(spec)}`;
  },
  fields: (spec) => ({
    ...matchOf(spec),
    latencyMs: spec.latencyMs,
    jitterMs: spec.jitterMs,
  }),
});
