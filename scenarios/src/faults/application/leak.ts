import { z } from 'zod';
import { integerField } from '../fields.ts';
import { createToldFault } from '../told/told-fault.ts';
import { matchOf, requestFields, sayMatch } from './request-fields.ts';

/** Memory that grows with the load until the process can no longer. */
export const leak = createToldFault({
  kind: 'application.leak',
  title: 'Leak',
  summary: 'Keeps memory for each request until the fault ends.',
  schema: z.strictObject({
    kind: z.literal('application.leak'),
    bytesPerRequest: integerField({
      ...{ title: 'Per request', unit: 'bytes', minimum: 1, maximum: 10_485_760, default: 262_144 },
      description: 'What is kept for each request that is hit',
    }),
    ...requestFields,
  }),
  describe: (spec) => `leak of ${spec.bytesPerRequest} bytes a request${sayMatch(spec)}`,
  fields: (spec) => ({ ...matchOf(spec), bytesPerRequest: spec.bytesPerRequest }),
});
