import { z } from 'zod';
import { integerField, streamField, toxicityField } from '../fields.ts';
import { sayShare } from '../units.ts';
import { createToxicFault, streamsOf } from './toxic-fault.ts';

/** Each connection passes so many bytes and is closed: answers that end in the middle. */
export const limitData = createToxicFault({
  kind: 'network.limit-data',
  title: 'Data limit',
  summary: 'Closes every connection after so many bytes: answers end in the middle.',
  schema: z.strictObject({
    kind: z.literal('network.limit-data'),
    bytes: integerField({
      title: 'Bytes',
      unit: 'bytes',
      description: 'What one connection lets through before it is closed',
      minimum: 0,
      maximum: 1_000_000_000,
      default: 100,
    }),
    stream: streamField('downstream'),
    toxicity: toxicityField(),
  }),
  describe: ({ bytes, toxicity }) => `closes after ${bytes} bytes${sayShare(toxicity)}`,
  toxic: ({ bytes }) => ({ type: 'limit_data', attributes: { bytes } }),
  streams: ({ stream }) => streamsOf(stream),
  toxicity: ({ toxicity }) => toxicity,
});
