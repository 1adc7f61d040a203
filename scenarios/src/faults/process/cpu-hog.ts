import { z } from 'zod';
import { integerField } from '../fields.ts';
import { createToldFault } from '../told/told-fault.ts';

/** A noisy neighbour in the same process: requests are slower, none fails. */
export const cpuHog = createToldFault({
  kind: 'process.cpu-hog',
  title: 'CPU hog',
  summary: 'Runs threads inside the process that only spin.',
  schema: z.strictObject({
    kind: z.literal('process.cpu-hog'),
    threads: integerField({
      ...{ title: 'Threads', unit: 'threads', minimum: 1, maximum: 8, default: 1 },
      description: 'Each takes a processor core if it can have one',
    }),
  }),
  describe: ({ threads }) => `CPU hog, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
});
