import { z } from 'zod';
import { integerField } from '../fields.ts';
import { createToldFault } from '../told/told-fault.ts';

/** Connections that somebody forgot to give back: queries wait for one, and wait in vain. */
export const poolExhaustion = createToldFault({
  kind: 'application.pool-exhaustion',
  title: 'Pool exhaustion',
  summary: 'Takes connections out of the database pool of the service.',
  schema: z.strictObject({
    kind: z.literal('application.pool-exhaustion'),
    connections: integerField({
      ...{ title: 'Connections', unit: 'connections', minimum: 1, maximum: 100, default: 100 },
      description: 'How many are taken; those of the pool at most',
    }),
  }),
  describe: ({ connections }) => `pool exhausted by ${connections}`,
});
