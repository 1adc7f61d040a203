import type { Clock } from '@faultline/chassis/core';
import type { Queryable } from '@faultline/chassis';
import type { Phase } from './phase.ts';

/**
 * No instance acts on a phase that it learnt of longer ago than this, milliseconds. Whoever
 * changes the phase waits for longer before taking away what the phase before needs.
 */
export const PHASE_LEASE_MS = 1_000;

/** The phase to act on, looked up again when it is due: nothing is asked while nothing is done. */
export interface CurrentPhase {
  (): Promise<Phase>;
  /** Looks it up again at the next question. */
  forget(): void;
}

/** Creates the view of one instance. */
export function createCurrentPhase(database: Queryable, clock: Clock): CurrentPhase {
  let known: { phase: Promise<Phase>; sinceMs: number } | undefined;

  async function ask(): Promise<Phase> {
    const [row] = await database.query<{ phase: Phase }>(
      'select schema phase',
      'SELECT phase FROM schema_change',
    );
    if (!row) throw new Error('table schema_change is empty');
    return row.phase;
  }

  const phaseNow = () => {
    // Counted from before the question: the answer may be as old as that.
    const nowMs = clock.monotonicMs();
    if (known && nowMs - known.sinceMs < PHASE_LEASE_MS) return known.phase;
    const asked = { phase: ask(), sinceMs: nowMs };
    known = asked;
    asked.phase.catch(() => {
      if (known === asked) known = undefined;
    });
    return asked.phase;
  };
  const forget = (): void => {
    known = undefined;
  };
  return Object.assign(phaseNow, { forget });
}
