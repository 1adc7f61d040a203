import { z } from 'zod';
import { integerField } from '../fields.ts';
import type { FaultKind } from '../model.ts';
import { createInstanceFault, struckBy } from './instance-fault.ts';

const schema = z.strictObject({
  kind: z.literal('process.crash-loop'),
  everySeconds: integerField({
    ...{ title: 'Every', unit: 's', minimum: 1, maximum: 300, default: 5 },
    description: 'A process is killed when it has run for so long and is ready',
  }),
});
type Spec = z.infer<typeof schema>;

/**
 * SIGKILL again and again. What kills is the lease: with it, or with the control plane, the loop
 * is over, and the instance comes back by itself.
 */
export const crashLoop: FaultKind<Spec> = {
  ...createInstanceFault<Spec>({
    kind: 'process.crash-loop',
    title: 'Crash loop',
    summary: 'Kills the process (SIGKILL), and again whenever it is back.',
    schema,
    describe: ({ everySeconds }) => `crash loop, every ${everySeconds} s`,
    strike: (_spec, instance, fleet) => fleet.kill(instance),
    mend: () => Promise.resolve({ kind: 'done' }),
    left: (_spec, { id, state }) =>
      state === 'crashed' || state === 'starting' ? `${id} is ${state}` : null,
  }),
  async renew({ everySeconds }, target, context) {
    const { fleet, clock } = context;
    const due = struckBy(target, context).filter(
      ({ state, startedAt }) =>
        state === 'ready' && startedAt !== null && clock.now() - startedAt >= everySeconds * 1000,
    );
    // One that is no longer ready by now was faster.
    await Promise.all(due.map(({ id }) => fleet.kill(id)));
  },
};
