import { z } from 'zod';
import { choiceField } from '../fields.ts';
import type { FaultKind } from '../model.ts';
import { createInstanceFault } from '../process/instance-fault.ts';

const schema = z.strictObject({
  kind: z.literal('events.broker-restart'),
  how: choiceField(
    { title: 'How', description: 'graceful: in good order down, and up again; kill: SIGKILL' },
    ['graceful', 'kill'],
  ),
});

/** The broker goes and comes back: producers wait, consumers join anew, nothing may be lost. */
export const brokerRestart: FaultKind<z.infer<typeof schema>> = {
  ...createInstanceFault({
    kind: 'events.broker-restart',
    title: 'Broker restart',
    summary: 'Restarts the broker, in good order or by SIGKILL; over when it is ready again.',
    schema,
    describe: ({ how }) => (how === 'kill' ? 'broker killed' : 'broker restart'),
    endsItself: () => true,
    strike: ({ how }, instance, fleet) =>
      how === 'kill' ? fleet.kill(instance) : fleet.restart(instance),
    mend: () => Promise.resolve({ kind: 'done' }),
    left: (_spec, { id, state }) =>
      state === 'crashed' || state === 'starting' ? `${id} is ${state}` : null,
  }),
  selects: 'broker',
  excludes: (kind) => kind.startsWith('process.') || kind === 'events.broker-restart',
};
