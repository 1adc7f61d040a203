import type { AbortReason } from '../abort.ts';
import { leaveForUndo, leaveForGood } from './leave.ts';
import { stopLateReadings } from './late-readings.ts';
import type { Turn } from './turn.ts';
import { stopLooking } from './watch.ts';

/**
 * Ends the variant early. A condition still lets it find out what became of the lab; anybody else
 * wants the lab back at once. The first reason is the one that counts.
 *
 * @param check the broken one, when a condition ends it
 */
export function abort(
  turn: Turn,
  { by, reason }: AbortReason,
  check: { id: string; probe: string } | null = null,
): void {
  const { variant } = turn;
  const { findings } = variant;
  if (findings.aborted === null) {
    findings.aborted = { by, reason, check };
    turn.write({ kind: 'aborted', by, reason });
  } else if (variant.ending === 'full') {
    turn.write({ kind: 'note', severity: 'warn', text: `ended at once (${by}): ${reason}` });
  }
  if (by !== 'condition') {
    variant.ending = 'short';
    stopLooking(turn);
    stopLateReadings(turn);
  }
  leave(turn);
}

/** Ends the variant because the lab itself failed. */
export function labFault(turn: Turn, reason: string): void {
  abort(turn, { by: 'lab-fault', reason });
}

function leave(turn: Turn): void {
  switch (turn.variant.stage.kind) {
    case 'preparing':
    case 'warming-up':
    case 'steady-before':
    case 'method':
    case 'steady-after':
      leaveForUndo(turn);
      return;
    case 'steady-after-undo':
    case 'settling':
    case 'concluding':
      leaveForGood(turn);
      return;
    case 'stopping':
    case 'undoing':
    case 'closing':
      return;
  }
}
