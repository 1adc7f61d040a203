import { z } from 'zod';
import { createInstanceFault } from './instance-fault.ts';

/** SIGTERM: the instance finishes its work, leaves, and stays away as long as the fault lasts. */
export const stop = createInstanceFault({
  kind: 'process.stop',
  title: 'Stop',
  summary: 'Stops the process in good order and keeps it stopped for the lease.',
  schema: z.strictObject({ kind: z.literal('process.stop') }),
  describe: () => 'stopped',
  strike: (_spec, instance, fleet) => fleet.stopInstance(instance),
  mend: (_spec, { id, state }, fleet) =>
    state === 'starting' ? Promise.resolve({ kind: 'done' }) : fleet.startInstance(id),
  left: (_spec, { id, state }) =>
    state === 'stopped' || state === 'starting' ? `${id} is ${state}` : null,
});
