import { z } from 'zod';
import { integerField } from '../fields.ts';
import { createToldFault } from '../told/told-fault.ts';

/** Memory that is simply gone; with a limit (containers) the kernel may end the process. */
export const memoryPressure = createToldFault({
  kind: 'process.memory-pressure',
  title: 'Memory pressure',
  summary: 'Takes memory inside the process and keeps it.',
  schema: z.strictObject({
    kind: z.literal('process.memory-pressure'),
    bytes: integerField({
      ...{ title: 'Memory', unit: 'bytes', minimum: 1, maximum: 2_147_483_648 },
      ...{ default: 134_217_728, description: 'How much is taken' },
    }),
  }),
  describe: ({ bytes }) => `memory pressure, ${Math.round(bytes / 1_048_576)} MiB`,
});
