import { z } from 'zod';
import { INVARIANTS } from '../../invariants/rules/registry.ts';
import type { ProbeKind } from '../model.ts';
import { toldBy } from '../told-by.ts';

const NAMES = INVARIANTS.map(({ name }) => name);

/** Whether the services' own data agree. */
export const invariant: ProbeKind<{ probe: 'invariant'; name: string }> = {
  kind: 'invariant',
  title: 'Invariant',
  summary:
    "Whether an invariant holds, checked against the services' own data; orders in flight are not counted.",
  unit: '',
  minimumSamples: 0,
  schema: z.strictObject({
    probe: z.literal('invariant'),
    name: z
      .enum(NAMES, { error: `is one of ${NAMES.join(', ')}` })
      .meta({ description: 'Which invariant' }),
  }),
  describe: ({ name }) => `invariant ${name}`,
  windowMs: () => null,
  measure: ({ name }, _span, sight) =>
    toldBy(sight.invariants(), ({ invariants }) => {
      const own = invariants.find((one) => one.name === name);
      if (!own) return { value: null, samples: null, detail: `${name} was not checked` };
      const [first] = own.violations;
      return {
        value: own.holds,
        samples: null,
        detail: first ? `${own.evidence}; ${first.subject}: ${first.detail}` : own.evidence,
      };
    }),
};
