import { labFault } from './abort.ts';
import type { Acted } from './events.ts';
import { leaveForGood } from './leave.ts';
import { loadOf } from './preparing.ts';
import { awaitSteadyState } from './steady.ts';
import { isAct, writeAct, type Turn } from './turn.ts';

/** Puts everything back but the load. */
export function beginUndo(turn: Turn): void {
  turn.stop(({ for: what }) => what === 'grace');
  turn.variant.stage = { kind: 'undoing' };
  turn.write({ kind: 'phase', phase: 'undoing' });
  turn.order({ for: 'undo' }, { kind: 'undo' });
}

/** The time for acts in flight is over: the undo does not wait for them any longer. */
export function graceOver(turn: Turn): void {
  for (const [id, purpose] of turn.run.pending) {
    if (!isAct(purpose)) continue;
    turn.run.pending.set(id, { for: 'late-act' });
    const text = 'an act did not end when it was told to; the undo begins without it';
    turn.write({ kind: 'note', severity: 'warn', text });
  }
}

/** An act that the undo had not waited for has ended after all: a fault is cleared at once. */
export function lateActed(turn: Turn, acted: Acted): void {
  writeAct(turn, acted);
  const { faultId, links, services, title } = acted;
  if (acted.what !== 'inject' || acted.outcome !== 'done' || faultId === null) return;
  const act = { what: 'clear' as const, faultId, links, services, title };
  turn.order({ for: 'late-act' }, { kind: 'act', act });
}

/** The undo is over. With the load still on, the lab must be what it was before. */
export function undone(turn: Turn, left: string[]): void {
  const { variant } = turn;
  variant.findings.undoLeft.push(...left);
  for (const fault of variant.faults.values()) fault.to ??= turn.now;
  const conclusive = variant.ending === 'full' && variant.method !== null && left.length === 0;
  if (!conclusive) return leaveForGood(turn);
  const load = loadOf(turn.script);
  if (sameLoad(variant.load?.setting, load)) awaitSteadyState(turn, 'steady-after-undo');
  else turn.order({ for: 'load-again' }, { kind: 'act', act: { what: 'load', load } });
}

/** The method had changed the load; the experiment's own is on again. */
export function loadPutBack(turn: Turn, acted: Acted): void {
  writeAct(turn, acted);
  if (acted.outcome === 'failed') labFault(turn, `${acted.title} failed: ${acted.detail}`);
  if (turn.variant.ending === 'short') leaveForGood(turn);
  else awaitSteadyState(turn, 'steady-after-undo');
}

/** The load is as it was before the run, or not: the last part of the undo. */
export function loadRestored(turn: Turn, left: string[]): void {
  turn.variant.findings.undoLeft.push(...left);
  turn.variant.stage = { kind: 'closing', loadRestored: true };
}

function sameLoad(one: object | undefined, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
