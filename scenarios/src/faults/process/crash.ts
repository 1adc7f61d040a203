import { z } from 'zod';
import { createInstanceFault } from './instance-fault.ts';

/**
 * SIGKILL: nothing is finished, nothing is flushed. The instance comes back by itself, or stays
 * down as long as the fault lasts.
 */
export const crash = createInstanceFault({
  kind: 'process.crash',
  title: 'Crash',
  summary: 'Kills the process (SIGKILL); it restarts by itself, or stays down for the lease.',
  schema: z.strictObject({
    kind: z.literal('process.crash'),
    stayDown: z.boolean().default(false).meta({
      title: 'Stay down',
      unit: '',
      description: 'Hold the instance down until the fault ends',
    }),
  }),
  describe: ({ stayDown }) => (stayDown ? 'crashed, held down' : 'crash'),
  endsItself: ({ stayDown }) => !stayDown,
  async strike({ stayDown }, instance, fleet) {
    if (stayDown) {
      const suspended = fleet.setRestartSuspended(instance, true);
      if (suspended.kind === 'refused') return suspended;
    }
    return fleet.kill(instance);
  },
  async mend({ stayDown }, { id, state }, fleet) {
    if (!stayDown) return { kind: 'done' };
    const released = fleet.setRestartSuspended(id, false);
    if (released.kind === 'refused' || state === 'starting') return released;
    const started = await fleet.startInstance(id);
    // The fleet may have started it between the release and the question.
    return started.kind === 'refused' && started.code === 'wrong-state'
      ? { kind: 'done' }
      : started;
  },
  // Stopped is what a person wanted, unless this fault is what holds the instance down.
  left: ({ stayDown }, { id, state }) =>
    state === 'crashed' || state === 'starting' || (stayDown && state === 'stopped')
      ? `${id} is ${state}`
      : null,
});
