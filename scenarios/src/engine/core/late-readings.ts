import { TELEMETRY_LATE_MS } from '../limits.ts';
import type { Reading } from '../../probes/model.ts';
import type { Purpose } from './state.ts';
import type { Turn } from './turn.ts';

/**
 * Readings about a span that has just ended: the effect of a fault, a number of a sweep. Telemetry
 * needs a moment to arrive; the run goes on meanwhile and waits for them at its end.
 */
export function isLateReading({ for: what }: Purpose): boolean {
  return (
    what === 'effect-pause' || what === 'effect' || what === 'measure-pause' || what === 'measured'
  );
}

/** Gives them up. */
export function stopLateReadings(turn: Turn): void {
  turn.stop(isLateReading);
}

/** Asks what a fault has done from its beginning until now or its end. */
export function askEffect(turn: Turn, faultId: string): void {
  const fault = turn.variant.faults.get(faultId);
  if (!fault || fault.effect !== 'none' || turn.variant.ending === 'short') return;
  fault.effect = 'asked';
  const span = { from: fault.from, to: fault.to ?? turn.now };
  turn.order({ for: 'effect-pause', faultId, span }, { kind: 'wait', ms: TELEMETRY_LATE_MS });
}

/** The method is over: asks for the effects of faults that last, and for the numbers of a sweep. */
export function askAfterMethod(turn: Turn): void {
  const { method, faults } = turn.variant;
  if (!method || method.to !== null) return;
  method.to = turn.now;
  for (const faultId of faults.keys()) askEffect(turn, faultId);
  if (!turn.spec.sweep || turn.variant.ending === 'short') return;
  const shown = turn.script.experiment.sweep?.show ?? [];
  for (const index of shown.keys()) {
    const span = { from: method.from, to: turn.now };
    turn.order({ for: 'measure-pause', index, span }, { kind: 'wait', ms: TELEMETRY_LATE_MS });
  }
}

/** The telemetry of a fault has arrived. */
export function readEffect(turn: Turn, { faultId, span }: PurposeOf<'effect-pause'>): void {
  turn.order({ for: 'effect', faultId }, { kind: 'effect', faultId, span });
}

/** Whether a fault had an effect. */
export function effectTold(turn: Turn, faultId: string, seen: boolean, detail: string): void {
  const fault = turn.variant.faults.get(faultId);
  if (!fault) throw new Error(`no fault ${faultId}`);
  fault.effect = 'told';
  turn.write({ kind: 'effect', faultId, seen, detail });
  turn.variant.findings.effects.push({ title: fault.title, seen, detail });
}

/** The telemetry of the method has arrived. */
export function readMeasure(turn: Turn, { index, span }: PurposeOf<'measure-pause'>): void {
  const { probe } = shown(turn, index);
  turn.order({ for: 'measured', index }, { kind: 'measure', probe, span });
}

/** A number of the sweep. */
export function measured(turn: Turn, index: number, { value }: Reading): void {
  const { id, probe } = shown(turn, index);
  const { words } = turn.script;
  turn.write({
    kind: 'measured',
    id,
    title: words.describe(probe),
    unit: words.unit(probe),
    value,
  });
}

type PurposeOf<For extends Purpose['for']> = Extract<Purpose, { for: For }>;

function shown({ script }: Turn, index: number) {
  const found = script.experiment.sweep?.show[index];
  if (!found) throw new Error(`the sweep does not show ${index}`);
  return found;
}
