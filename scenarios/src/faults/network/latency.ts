import { z } from 'zod';
import { integerField, streamField, toxicityField } from '../fields.ts';
import { sayMilliseconds, sayShare } from '../units.ts';
import { createToxicFault, streamsOf } from './toxic-fault.ts';

/** Bytes arrive late: each chunk leaves at its arrival + latency ± jitter, in order. */
export const latency = createToxicFault({
  kind: 'network.latency',
  title: 'Latency',
  summary: 'Delays every byte on the line; order and bandwidth stay as they are.',
  schema: z.strictObject({
    kind: z.literal('network.latency'),
    latencyMs: integerField({
      title: 'Latency',
      unit: 'ms',
      description: 'Delay of every chunk of bytes',
      minimum: 0,
      maximum: 600_000,
      default: 1000,
    }),
    jitterMs: integerField({
      title: 'Jitter',
      unit: 'ms',
      description: 'The delay varies by this much, up and down',
      minimum: 0,
      maximum: 600_000,
      default: 0,
    }),
    stream: streamField('downstream'),
    toxicity: toxicityField(),
  }),
  describe: ({ latencyMs, jitterMs, toxicity }) =>
    `latency ${sayMilliseconds(latencyMs)}${jitterMs > 0 ? ` ± ${sayMilliseconds(jitterMs)}` : ''}` +
    sayShare(toxicity),
  toxic: ({ latencyMs, jitterMs }) => ({
    type: 'latency',
    attributes: { latency: latencyMs, jitter: jitterMs },
  }),
  streams: ({ stream }) => streamsOf(stream),
  toxicity: ({ toxicity }) => toxicity,
});
