import { z } from 'zod';
import { integerField, streamField, toxicityField } from '../fields.ts';
import { sayShare } from '../units.ts';
import { createToxicFault, streamsOf } from './toxic-fault.ts';

/** A narrow line, per connection and direction. 1 KB = 1000 bytes, as in Toxiproxy. */
export const bandwidth = createToxicFault({
  kind: 'network.bandwidth',
  title: 'Bandwidth',
  summary: 'Narrows every connection on the line; at 0 nothing passes.',
  schema: z.strictObject({
    kind: z.literal('network.bandwidth'),
    rateKBs: integerField({
      title: 'Rate',
      unit: 'KB/s',
      description: 'Per connection and direction; 0 lets nothing pass',
      minimum: 0,
      maximum: 1_000_000,
      default: 10,
    }),
    stream: streamField('downstream'),
    toxicity: toxicityField(),
  }),
  describe: ({ rateKBs, toxicity }) => `bandwidth ${rateKBs} KB/s${sayShare(toxicity)}`,
  toxic: ({ rateKBs }) => ({ type: 'bandwidth', attributes: { rate: rateKBs } }),
  streams: ({ stream }) => streamsOf(stream),
  toxicity: ({ toxicity }) => toxicity,
});
