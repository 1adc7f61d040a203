import type { Fleet, FleetAnswer } from '../contract.ts';

import { refuse } from '../refusal.ts';
import type { Roster } from '../roster.ts';
import type { Instance } from './instance.ts';

/** What a person or a fault does to one instance; see {@link Fleet}. */
export type InstanceOperations = Pick<
  Fleet,
  'kill' | 'stopInstance' | 'startInstance' | 'restart' | 'pause' | 'resume' | 'setRestartSuspended'
>;

/**
 * Creates the operations on the instances of `roster`. Each is refused in a state that it makes no
 * sense in.
 *
 * @param stopGraceMs longest time an instance may take to finish its work when asked to end
 */
export function createInstanceOperations(
  roster: Pick<Roster, 'get'>,
  stopGraceMs: number,
): InstanceOperations {
  async function on(
    id: string,
    states: readonly Instance['state'][],
    operation: (instance: Instance) => Promise<void>,
  ): Promise<FleetAnswer> {
    const instance = roster.get(id);
    if (!instance) return refuse('unknown-instance', `There is no instance ${id}.`);
    if (!states.includes(instance.state)) {
      const detail = `${id} is ${instance.state}; this needs ${states.join(' or ')}.`;
      return refuse('wrong-state', detail);
    }
    try {
      await operation(instance);
      return { kind: 'done' };
    } catch (error) {
      return refuse('wrong-state', (error as Error).message);
    }
  }

  return {
    kill: (id) => on(id, ['starting', 'ready', 'paused'], (instance) => instance.kill()),
    stopInstance: (id) =>
      on(id, ['starting', 'ready', 'paused', 'crashed'], (instance) => instance.stop(stopGraceMs)),
    startInstance: (id) =>
      on(id, ['stopped', 'crashed'], (instance) => {
        instance.release();
        return instance.start();
      }),
    restart: (id) =>
      on(id, ['starting', 'ready', 'paused', 'crashed', 'stopped'], async (instance) => {
        await instance.stop(stopGraceMs);
        instance.countRestart();
        await instance.start();
      }),
    pause: (id) => on(id, ['ready'], (instance) => instance.pause()),
    resume: (id) => on(id, ['paused'], (instance) => instance.resume()),
    setRestartSuspended(id, suspended) {
      const instance = roster.get(id);
      if (!instance) return refuse('unknown-instance', `There is no instance ${id}.`);
      if (suspended) instance.suspendRestart();
      else instance.release();
      return { kind: 'done' };
    },
  };
}
