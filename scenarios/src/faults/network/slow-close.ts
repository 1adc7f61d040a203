import { z } from 'zod';
import { integerField, streamField, toxicityField } from '../fields.ts';
import { sayMilliseconds, sayShare } from '../units.ts';
import { createToxicFault, streamsOf } from './toxic-fault.ts';

/** Data pass untouched; the end of the stream is held back. */
export const slowClose = createToxicFault({
  kind: 'network.slow-close',
  title: 'Slow close',
  summary: 'Holds back the end of every connection, so that sockets pile up.',
  schema: z.strictObject({
    kind: z.literal('network.slow-close'),
    delayMs: integerField({
      title: 'Delay',
      unit: 'ms',
      description: 'How long the end of a connection is held back',
      minimum: 0,
      maximum: 600_000,
      default: 5000,
    }),
    stream: streamField('downstream'),
    toxicity: toxicityField(),
  }),
  describe: ({ delayMs, toxicity }) =>
    `closes ${sayMilliseconds(delayMs)} late${sayShare(toxicity)}`,
  toxic: ({ delayMs }) => ({ type: 'slow_close', attributes: { delay: delayMs } }),
  streams: ({ stream }) => streamsOf(stream),
  toxicity: ({ toxicity }) => toxicity,
});
