import { z } from 'zod';
import { integerField, streamField, toxicityField } from '../fields.ts';
import { sayMilliseconds, sayShare } from '../units.ts';
import { createToxicFault, streamsOf } from './toxic-fault.ts';

/** Connections end with a TCP reset at the first byte. */
export const reset = createToxicFault({
  kind: 'network.reset',
  title: 'Reset',
  summary: 'Resets connections (TCP RST) as soon as a byte passes.',
  schema: z.strictObject({
    kind: z.literal('network.reset'),
    timeoutMs: integerField({
      title: 'Reset after',
      unit: 'ms',
      description: 'Time between the first byte and the reset',
      minimum: 0,
      maximum: 600_000,
      default: 0,
    }),
    stream: streamField('downstream'),
    toxicity: toxicityField(),
  }),
  describe: ({ timeoutMs, toxicity }) =>
    `reset${timeoutMs > 0 ? ` after ${sayMilliseconds(timeoutMs)}` : ''}${sayShare(toxicity)}`,
  toxic: ({ timeoutMs }) => ({ type: 'reset_peer', attributes: { timeout: timeoutMs } }),
  streams: ({ stream }) => streamsOf(stream),
  toxicity: ({ toxicity }) => toxicity,
});
