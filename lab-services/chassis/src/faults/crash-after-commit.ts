import { currentContext } from '../context/request-context.ts';
import type { Random } from '../core/index.ts';
import type { ActiveFaults } from './active-faults.ts';

/**
 * What is to be called as soon as a transaction has committed, before anything that waits for the
 * commit. Work of requests, events and sagas is hit, each commit drawn for itself; what the chassis
 * does in the background, the relay of the outbox above all, is not: it would only hide the rest.
 *
 * @param die ends the process at once
 */
export function createCrashAfterCommit(
  faults: ActiveFaults,
  random: Random,
  die: () => void = dieAtOnce,
): () => void {
  return () => {
    if (!faults.isAny || !currentContext()) return;
    const hits = faults
      .of('events.crash-after-commit')
      .some(({ fault }) => random.next() < fault.ratio);
    if (hits) die();
  };
}

/** SIGKILL: nothing is finished, nothing is flushed. */
function dieAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}
