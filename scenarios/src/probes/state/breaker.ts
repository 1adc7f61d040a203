import type { BreakerState } from '@faultline/chassis/core';
import { z } from 'zod';
import { linkField, nameField } from '../fields.ts';
import type { ProbeKind } from '../model.ts';

/** Worst first. */
const BY_SEVERITY: readonly BreakerState[] = ['open', 'half-open', 'closed'];

type BreakerSpec = { probe: 'breaker'; link: string; instance?: string | undefined };

/** What the breakers of a link say. */
export const breaker: ProbeKind<BreakerSpec> = {
  kind: 'breaker',
  title: 'Breaker',
  summary:
    'State of the breakers of a link, one in each instance of the caller: the worst of them, `open`, `half-open` or `closed`.',
  unit: '',
  minimumSamples: 0,
  schema: z.strictObject({
    probe: z.literal('breaker'),
    link: linkField(),
    instance: nameField('The breaker of this calling instance only').optional(),
  }),
  describe: ({ link, instance }) =>
    `breaker ${link}${instance === undefined ? '' : ` of ${instance}`}`,
  windowMs: () => null,
  async measure({ link, instance }, _span, sight) {
    const running = new Set(
      sight.fleet().services.flatMap(({ instances }) => instances.map(({ id }) => id)),
    );
    // The breaker of an instance that was taken away stays as it was, and decides nothing.
    const own = (await sight.breakers()).filter(
      (one) =>
        one.link === link &&
        (instance === undefined ? running.has(one.instance) : one.instance === instance),
    );
    const worst = BY_SEVERITY.find((state) => own.some((one) => one.state === state));
    if (worst === undefined) {
      return { value: null, samples: null, detail: 'no breaker has told its state' };
    }
    const states = own.map((one) => `${one.instance} ${one.state}`).sort();
    return { value: worst, samples: null, detail: states.join(', ') };
  },
};
