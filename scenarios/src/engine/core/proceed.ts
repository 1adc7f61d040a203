import type { Outcome } from '../../journal/view.ts';
import { judgeRun, judgeVariant } from '../verdict.ts';
import { lasting } from './faults.ts';
import { isLateReading, askAfterMethod } from './late-readings.ts';
import { leaveForGood, leaveForUndo } from './leave.ts';
import { beginVariant, newVariant } from './preparing.ts';
import type { Purpose } from './state.ts';
import { awaitSteadyState } from './steady.ts';
import { isAct, type Turn } from './turn.ts';
import { beginUndo } from './undoing.ts';

/**
 * Goes on to what comes next when a stage has nothing left to wait for.
 *
 * @returns how the run ended, when it has
 */
export function proceed(turn: Turn): Outcome | null {
  const { stage } = turn.variant;
  switch (stage.kind) {
    case 'method':
      if (stage.open.size === 0) endMethod(turn);
      return null;
    case 'stopping':
      if (!turn.waitsFor(isAct)) beginUndo(turn);
      return null;
    case 'concluding':
      if (!turn.waitsFor(isConclusion)) leaveForGood(turn);
      return null;
    case 'closing':
      return stage.loadRestored && !turn.waitsFor(isLateReading) ? endVariant(turn) : null;
    case 'preparing':
    case 'warming-up':
    case 'steady-before':
    case 'steady-after':
    case 'undoing':
    case 'steady-after-undo':
    case 'settling':
      return null;
  }
}

function isConclusion({ for: what }: Purpose): boolean {
  return what === 'invariants' || what === 'sight-pause' || what === 'sight';
}

/** Faults that outlast the method leave no steady state to come back before the undo. */
function endMethod(turn: Turn): void {
  const faults = lasting(turn);
  askAfterMethod(turn);
  if (faults.length === 0) return awaitSteadyState(turn, 'steady-after');
  const titles = faults.map(([, { title }]) => title).join(', ');
  const text = `the steady state is not awaited before the undo: ${titles} still lasts`;
  turn.write({ kind: 'note', severity: 'info', text });
  leaveForUndo(turn);
}

function endVariant(turn: Turn): Outcome | null {
  const { run, script, spec, variant } = turn;
  const { findings } = variant;
  turn.write({ kind: 'undo', clean: findings.undoLeft.length === 0, left: findings.undoLeft });
  const outcome = judgeVariant(spec, findings);
  turn.write({ kind: 'variant-ended', ...outcome });
  run.done.push({ name: spec.name, outcome });
  const next = variant.index + 1;
  if (endsTheRun(turn) || next >= script.variants.length) return endRun(turn);
  run.variant = newVariant(script, next);
  beginVariant(turn);
  return null;
}

/** After an abort, or with something left behind, another variant would prove nothing. */
function endsTheRun({ variant }: Turn): boolean {
  const { aborted, undoLeft } = variant.findings;
  return undoLeft.length > 0 || (aborted !== null && aborted.by !== 'condition');
}

function endRun(turn: Turn): Outcome {
  const outcome = judgeRun(turn.run.done, turn.script.variants.length);
  turn.writeOfRun({ kind: 'run-ended', ...outcome });
  turn.stop(() => true);
  return outcome;
}
