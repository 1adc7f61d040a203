import { z } from 'zod';
import { integerField } from '../fields.ts';
import { createLoadFault } from './load-fault.ts';

/** Customers who press the button again. */
export const retryStorm = createLoadFault({
  kind: 'load.retry-storm',
  title: 'Retry storm',
  summary: 'Customers send requests that failed again, at once and without a pause.',
  schema: z.strictObject({
    kind: z.literal('load.retry-storm'),
    retries: integerField({
      ...{ title: 'Retries', unit: 'times', minimum: 1, maximum: 20, default: 3 },
      description: 'How often a request that fails is sent again',
    }),
  }),
  describe: ({ retries }) => `retry storm, ${retries} times each`,
  fault: ({ retries }) => ({ kind: 'retry-storm', retries }),
});
