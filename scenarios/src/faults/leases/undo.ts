import type { Clock } from '@faultline/chassis/core';
import type { Fleet } from '@faultline/fleet';
import type { UndoVerdict } from '../model.ts';
import { contextOf, type HeldFault } from './lease.ts';

/** An undo that takes longer than this counts as stuck; it is retried all the same. */
export const STUCK_AFTER_MS = 5_000;

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Undoes a fault once and asks whether anything is left. Never throws. */
export async function undoOnce(
  held: HeldFault,
  { fleet, clock }: { fleet: Fleet; clock: Clock },
  signal: AbortSignal,
): Promise<UndoVerdict> {
  // With the fleet everything is gone that could hold an effect.
  const { phase } = fleet.status();
  if (phase === 'stopped' || phase === 'stopping' || fleet.proxyApiUrl === null) {
    return { clean: true };
  }
  const { kind, spec } = held.request;
  const context = contextOf(held, { fleet, clock }, 0, signal);
  try {
    await kind.revert(spec, held.target, context);
    return await kind.verifyUndone(spec, held.target, context);
  } catch (error) {
    return { clean: false, left: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Undoes a fault until it is verified clean, with growing pauses.
 *
 * @param onLeft called after each attempt that left something, and whether it counts as stuck
 */
export async function undoUntilClean(
  parts: { held: HeldFault; fleet: Fleet; clock: Clock; signal: AbortSignal },
  onLeft: (left: string, stuck: boolean) => void,
): Promise<void> {
  const { held, fleet, clock, signal } = parts;
  const begunMs = clock.monotonicMs();
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const verdict = await undoOnce(held, { fleet, clock }, signal);
    if (verdict.clean) return;
    onLeft(verdict.left, clock.monotonicMs() - begunMs >= STUCK_AFTER_MS);
    await clock.sleep(pauseMs, signal);
  }
}
