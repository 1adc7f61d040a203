import { z } from 'zod';
import { integerField, streamField, toxicityField } from '../fields.ts';
import { sayMilliseconds, sayShare } from '../units.ts';
import { createToxicFault, streamsOf } from './toxic-fault.ts';

/** A black hole: bytes are swallowed, connections stay open (until `timeoutMs`, when not 0). */
export const timeout = createToxicFault({
  kind: 'network.timeout',
  title: 'Black hole',
  summary: 'Swallows everything on the line; connections hang until the caller gives up.',
  schema: z.strictObject({
    kind: z.literal('network.timeout'),
    timeoutMs: integerField({
      title: 'Close after',
      unit: 'ms',
      description: 'Silence after which a connection is closed; 0 never closes it',
      minimum: 0,
      maximum: 600_000,
      default: 0,
    }),
    stream: streamField('downstream'),
    toxicity: toxicityField(),
  }),
  describe: ({ timeoutMs, toxicity }) =>
    `black hole${timeoutMs > 0 ? `, closes after ${sayMilliseconds(timeoutMs)}` : ''}` +
    sayShare(toxicity),
  toxic: ({ timeoutMs }) => ({ type: 'timeout', attributes: { timeout: timeoutMs } }),
  streams: ({ stream }) => streamsOf(stream),
  toxicity: ({ toxicity }) => toxicity,
});
