import type { Chassis, Worker } from '@faultline/chassis';
import type { Events } from '../events.ts';
import type { Choreographer } from './choreographer.ts';
import type { SagaRepository } from './saga-repository.ts';
import type { SagaRunner } from './saga-runner.ts';

export interface RecovererOptions {
  chassis: Pick<Chassis, 'clock' | 'log'>;
  repository: SagaRepository;
  runner: SagaRunner;
  choreographer: Pick<Choreographer, 'overdue'>;
  events: Events;
  /** Time between two looks at the table, milliseconds. */
  pollMs: number;
  /** Most sagas resumed at once: what an instance takes up must not starve its requests. */
  concurrency: number;
}

/** Times a look may fail in a row before the pause between looks stops growing. */
const SLOWEST = 3;

/**
 * Creates the worker that takes up sagas nobody works on: those whose owner died, those that wait
 * for another attempt to undo a step, and choreographed ones that no event has moved for too long. It also renews the leases of what this instance works
 * on. Any number of instances do this side by side.
 */
export function createRecoverer(options: RecovererOptions): Worker {
  const { chassis, repository, runner, choreographer, events, pollMs, concurrency } = options;
  const end = new AbortController();
  const resuming = new Set<string>();
  let running: Promise<void> | undefined;

  async function look(): Promise<void> {
    const active = runner.active();
    if (active.length > 0) await repository.renew(active);
    const free = concurrency - resuming.size;
    const claimed = free > 0 ? await repository.claim(free) : [];
    for (const saga of claimed) {
      resuming.add(saga.sagaId);
      const worked =
        saga.style === 'choreographed' ? choreographer.overdue(saga) : runner.resume(saga);
      void worked.finally(() => resuming.delete(saga.sagaId));
    }
    events.sagasCounted(await repository.countOwned());
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!end.signal.aborted) {
      try {
        await look();
        failures = 0;
      } catch (error) {
        failures = Math.min(failures + 1, SLOWEST);
        chassis.log.warn({ err: error }, 'looking for sagas to resume failed');
      }
      await chassis.clock.sleep(pollMs * 2 ** failures, end.signal).catch(() => undefined);
    }
  }

  return {
    name: 'saga recoverer',
    start() {
      running ??= run();
    },
    async [Symbol.asyncDispose]() {
      end.abort(new Error('recoverer closed'));
      await running;
      await runner[Symbol.asyncDispose]();
    },
  };
}
