import { z } from 'zod';
import { choiceField, numberField } from '../fields.ts';
import { createLoadFault } from './load-fault.ts';

/** More customers than planned for. */
export const spike = createLoadFault({
  kind: 'load.spike',
  title: 'Spike',
  summary: 'Adds load beside the present one, whose rate and sequence stay as they are.',
  schema: z.strictObject({
    kind: z.literal('load.spike'),
    by: choiceField({ title: 'By', description: 'A factor of the present load, or a rate' }, [
      'factor',
      'rps',
    ]),
    factor: numberField({
      ...{ title: 'Factor', unit: 'times', minimum: 1, maximum: 50, default: 3 },
      description: 'The load with the spike, in times of the present load; at most 1000 req/s more',
    }),
    rps: numberField({
      ...{ title: 'Added rate', unit: 'req/s', minimum: 0, maximum: 500, default: 100 },
      description: 'Requests per second beside the present load; only by rps',
    }),
  }),
  describe: ({ by, factor, rps }) => (by === 'factor' ? `load × ${factor}` : `load + ${rps} req/s`),
  fault: ({ by, factor, rps }) =>
    by === 'factor'
      ? { kind: 'spike', factor, addedRps: 0 }
      : { kind: 'spike', factor: 1, addedRps: rps },
});
