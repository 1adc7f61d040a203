import { z } from 'zod';
import { createInstanceFault } from './instance-fault.ts';

/** SIGSTOP: the process hangs, its sockets stay open. The hardest failure to notice. */
export const pause = createInstanceFault({
  kind: 'process.pause',
  title: 'Pause',
  summary: 'Freezes the process (SIGSTOP): it hangs while its sockets stay open.',
  schema: z.strictObject({ kind: z.literal('process.pause') }),
  describe: () => 'paused',
  strike: (_spec, instance, fleet) => fleet.pause(instance),
  mend: (_spec, { id }, fleet) => fleet.resume(id),
  left: (_spec, { id, state }) => (state === 'paused' ? `${id} is paused` : null),
});
