import { GRACE_MS } from '../limits.ts';
import { askAfterMethod, isLateReading } from './late-readings.ts';
import type { OpenStep, Purpose } from './state.ts';
import { isAct, type Turn } from './turn.ts';
import { stopLooking } from './watch.ts';

/**
 * Leaves what is under way for the undo, which begins when the acts in flight have ended: what they
 * did must be undone, too.
 */
export function leaveForUndo(turn: Turn): void {
  const { variant } = turn;
  if (variant.stage.kind === 'method') stopSteps(turn, variant.stage.open);
  askAfterMethod(turn);
  turn.stop((purpose) => !outlasts(purpose));
  variant.stage = { kind: 'stopping' };
  if (turn.waitsFor(isAct)) turn.order({ for: 'grace' }, { kind: 'wait', ms: GRACE_MS });
}

/** Leaves for the end: nothing is looked at any more, the load goes back. */
export function leaveForGood(turn: Turn): void {
  stopLooking(turn);
  turn.stop((purpose) => purpose.for !== 'time-limit' && !isLateReading(purpose));
  turn.variant.stage = { kind: 'closing', loadRestored: false };
  turn.order({ for: 'load-restored' }, { kind: 'restore-load' });
}

/** What goes on during the undo. */
function outlasts(purpose: Purpose): boolean {
  const { for: what } = purpose;
  return (
    what === 'time-limit' ||
    what === 'look' ||
    what === 'look-again' ||
    what === 'late-act' ||
    isLateReading(purpose)
  );
}

/** Innermost first: a block ends after its steps. */
function stopSteps(turn: Turn, open: Map<string, OpenStep>): void {
  const depth = (path: string) => path.split('.').length;
  const paths = [...open.keys()].sort((one, other) => depth(other) - depth(one));
  for (const path of paths) {
    turn.write({ kind: 'step-ended', path, outcome: 'stopped', detail: '' });
    open.delete(path);
  }
}
