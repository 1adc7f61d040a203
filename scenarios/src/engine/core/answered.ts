import { formatDuration } from '../../document/units.ts';
import { TIME_LIMIT_MARGIN_MS } from '../limits.ts';
import { abort, labFault } from './abort.ts';
import { effectTold, measured, readEffect, readMeasure } from './late-readings.ts';
import type { Answer } from './events.ts';
import { guard } from './guard.ts';
import { prepared } from './preparing.ts';
import {
  invariantsChecked,
  lookForSightings,
  loadTakenAway,
  settled,
  sighted,
} from './settling.ts';
import type { Purpose } from './state.ts';
import { awaitSteadyState, decideSteady } from './steady.ts';
import { awaitRead, observationEnded, observed, pollAgain, stepActed } from './steps.ts';
import type { Turn } from './turn.ts';
import { graceOver, lateActed, loadPutBack, loadRestored, undone } from './undoing.ts';
import { looked, lookAgain } from './watch.ts';

/**
 * Takes in the answer to an order.
 *
 * @throws when nobody waits for it, or when it is no answer to what was asked
 */
export function answered(turn: Turn, id: number, answer: Answer): void {
  const purpose = turn.run.pending.get(id);
  if (!purpose) throw new Error(`nobody waits for an answer to order ${id}`);
  turn.run.pending.delete(id);
  if (answer.kind === 'threw') labFault(turn, answer.message);
  else if (purpose.for === 'time-limit') timeIsUp(turn);
  else if (answer.kind === 'waited') waited(turn, purpose);
  else if (answer.kind === 'acted') acted(turn, purpose, answer);
  else if (answer.kind === 'reading') read(turn, purpose, answer);
  else told(turn, purpose, answer);
}

function timeIsUp(turn: Turn): void {
  const limit = formatDuration(turn.script.plan.atMostMs + TIME_LIMIT_MARGIN_MS);
  abort(turn, { by: 'time-limit', reason: `the run took longer than ${limit}` });
}

function waited(turn: Turn, purpose: Purpose): void {
  switch (purpose.for) {
    case 'look-again':
      return lookAgain(turn);
    case 'warm-up':
      return awaitSteadyState(turn, 'steady-before');
    case 'await-pause':
      return pollAgain(turn, purpose.path);
    case 'observe-end':
      return observationEnded(turn, purpose.path);
    case 'effect-pause':
      return readEffect(turn, purpose);
    case 'measure-pause':
      return readMeasure(turn, purpose);
    case 'sight-pause':
      return lookForSightings(turn);
    case 'grace':
      return graceOver(turn);
    default:
      throw mismatch(purpose, 'waited');
  }
}

function acted(turn: Turn, purpose: Purpose, answer: Extract<Answer, { kind: 'acted' }>): void {
  switch (purpose.for) {
    case 'preparation':
      return prepared(turn, answer.acted);
    case 'step-act':
      return stepActed(turn, purpose.path, purpose.act, answer.acted);
    case 'late-act':
      return lateActed(turn, answer.acted);
    case 'load-again':
      return loadPutBack(turn, answer.acted);
    case 'load-off':
      return loadTakenAway(turn, answer.acted);
    default:
      throw mismatch(purpose, 'acted');
  }
}

function read(
  turn: Turn,
  purpose: Purpose,
  { reading }: Extract<Answer, { kind: 'reading' }>,
): void {
  switch (purpose.for) {
    case 'look': {
      const round = looked(turn, purpose.check, reading);
      if (!round) return;
      guard(turn, round);
      return decideSteady(turn, round);
    }
    case 'await-reading':
      return awaitRead(turn, purpose.path, reading);
    case 'observe-reading':
      return observed(turn, purpose.path, purpose.check, reading);
    case 'measured':
      return measured(turn, purpose.index, reading);
    default:
      throw mismatch(purpose, 'reading');
  }
}

function told(turn: Turn, purpose: Purpose, answer: Answer): void {
  const about = purpose.for;
  if (about === 'undo' && answer.kind === 'undone') undone(turn, answer.left);
  else if (about === 'load-restored' && answer.kind === 'undone') loadRestored(turn, answer.left);
  else if (about === 'effect' && answer.kind === 'effect') {
    effectTold(turn, purpose.faultId, answer.seen, answer.detail);
  } else if (about === 'settle' && answer.kind === 'settled') settled(turn, answer.done);
  else if (about === 'invariants' && answer.kind === 'invariants') {
    invariantsChecked(turn, answer.report);
  } else if (about === 'sight' && answer.kind === 'sighting') {
    sighted(turn, purpose.index, answer.count, answer.firstAt);
  } else throw mismatch(purpose, answer.kind);
}

function mismatch(purpose: Purpose, kind: Answer['kind']): Error {
  return new Error(`${kind} is no answer to ${purpose.for}`);
}
