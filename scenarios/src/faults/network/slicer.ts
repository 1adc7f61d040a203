import { z } from 'zod';
import { integerField, streamField, toxicityField } from '../fields.ts';
import { sayShare } from '../units.ts';
import { createToxicFault, streamsOf } from './toxic-fault.ts';

const schema = z
  .strictObject({
    kind: z.literal('network.slicer'),
    averageSizeBytes: integerField({
      title: 'Average size',
      unit: 'bytes',
      description: 'Size of a piece',
      minimum: 1,
      maximum: 1_000_000,
      default: 64,
    }),
    sizeVariationBytes: integerField({
      title: 'Variation',
      unit: 'bytes',
      description: 'A piece varies by this much; smaller than the average',
      minimum: 0,
      maximum: 1_000_000,
      default: 0,
    }),
    delayUs: integerField({
      title: 'Delay',
      unit: 'µs',
      description: 'Pause after each piece',
      minimum: 0,
      maximum: 10_000_000,
      default: 1000,
    }),
    stream: streamField('downstream'),
    toxicity: toxicityField(),
  })
  .refine(({ averageSizeBytes, sizeVariationBytes }) => sizeVariationBytes < averageSizeBytes, {
    path: ['sizeVariationBytes'],
    message: 'must be smaller than averageSizeBytes',
  });

/** Data arrive in small pieces: what reads in one go by luck, breaks. */
export const slicer = createToxicFault({
  kind: 'network.slicer',
  title: 'Slicer',
  summary: 'Cuts the stream into small pieces with a pause after each.',
  schema,
  describe: ({ averageSizeBytes, delayUs, toxicity }) =>
    `pieces of ${averageSizeBytes} bytes, ${delayUs} µs apart${sayShare(toxicity)}`,
  toxic: ({ averageSizeBytes, sizeVariationBytes, delayUs }) => ({
    type: 'slicer',
    attributes: {
      average_size: averageSizeBytes,
      size_variation: sizeVariationBytes,
      delay: delayUs,
    },
  }),
  streams: ({ stream }) => streamsOf(stream),
  toxicity: ({ toxicity }) => toxicity,
});
