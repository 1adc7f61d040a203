import { z } from 'zod';
import { createInstanceFault } from './instance-fault.ts';

/** A planned restart: in good order down, and up again. Over when the instance is ready. */
export const restart = createInstanceFault({
  kind: 'process.restart',
  title: 'Restart',
  summary: 'Restarts the process in good order.',
  schema: z.strictObject({ kind: z.literal('process.restart') }),
  describe: () => 'restart',
  endsItself: () => true,
  strike: (_spec, instance, fleet) => fleet.restart(instance),
  mend: () => Promise.resolve({ kind: 'done' }),
  left: (_spec, { id, state }) =>
    state === 'crashed' || state === 'starting' ? `${id} is ${state}` : null,
});
