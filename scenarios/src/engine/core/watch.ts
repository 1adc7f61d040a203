import type { Check } from '../../document/model.ts';
import type { Reading } from '../../probes/model.ts';
import { decide } from '../decide.ts';
import { LOOK_EVERY_MS } from '../limits.ts';
import { checkOf } from './script.ts';
import type { Turn } from './turn.ts';
import { windowOf } from './window.ts';

/** Readings of one round of looks, by id of the check. */
export type Round = ReadonlyMap<string, Reading>;

/** Looks at all checks now, and about once a second from now on. */
export function lookNow(turn: Turn): void {
  stopLooking(turn);
  lookAgain(turn);
}

/** Looks at all checks about once a second, the first time in a second. */
export function lookLater(turn: Turn): void {
  turn.order({ for: 'look-again' }, { kind: 'wait', ms: LOOK_EVERY_MS });
}

/** Starts a round of looks, unless the last one has not come back yet. */
export function lookAgain(turn: Turn): void {
  lookLater(turn);
  const checks = watched(turn);
  if (turn.variant.round || checks.length === 0) return;
  turn.variant.round = { waiting: checks.length, readings: new Map() };
  for (const { id, probe } of checks) {
    const span = windowOf(turn, probe);
    turn.order({ for: 'look', check: id }, { kind: 'measure', probe, span });
  }
}

/** Takes in one look. @returns the round, when this was the last look of it */
export function looked(turn: Turn, id: string, reading: Reading): Round | null {
  writePoint(turn, checkOf(turn.script, id), reading);
  const { round } = turn.variant;
  if (!round) throw new Error(`a look at ${id} outside of a round`);
  round.readings.set(id, reading);
  round.waiting -= 1;
  if (round.waiting > 0) return null;
  turn.variant.round = null;
  return round.readings;
}

/** Ends the looks of this variant. */
export function stopLooking(turn: Turn): void {
  turn.stop(({ for: what }) => what === 'look' || what === 'look-again');
  turn.variant.round = null;
}

/** Writes one point of a chart. */
export function writePoint(turn: Turn, check: Check, reading: Reading): void {
  const { outcome, value, samples } = decide(check, reading, turn.script.words);
  const within = outcome === 'no-data' ? null : outcome === 'held';
  turn.write({ kind: 'observation', check: check.id, value, samples, within });
}

/** Abort conditions are in force from the start of the method until the undo. */
export function isGuarded({ variant }: Turn): boolean {
  return variant.stage.kind === 'method' || variant.stage.kind === 'steady-after';
}

/** The checks of the steady state; with those of the abort conditions while they are in force. */
function watched(turn: Turn): Check[] {
  const { abortWhen, steadyState } = turn.script.experiment;
  const guards = isGuarded(turn) ? abortWhen.map(({ check }) => check) : [];
  const all = [...steadyState, ...guards];
  return all.filter((check, index) => all.findIndex(({ id }) => id === check.id) === index);
}
