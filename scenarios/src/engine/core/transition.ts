import type { JournalEntry } from '../../journal/entries.ts';
import { TIME_LIMIT_MARGIN_MS } from '../limits.ts';
import { abort } from './abort.ts';
import { answered } from './answered.ts';
import type { Effect, EngineEvent } from './events.ts';
import { faultEnded } from './faults.ts';
import { beginVariant, newVariant } from './preparing.ts';
import { proceed } from './proceed.ts';
import type { Script } from './script.ts';
import type { RunningState, RunState } from './state.ts';
import { createTurn, writeAct, type Turn } from './turn.ts';

/** What a transition comes to. */
export interface Transition {
  state: RunState;
  effects: Effect[];
  entries: JournalEntry[];
}

/**
 * The one transition function of a run: no clock, no promises, and the state it is given stays as it
 * was.
 *
 * @throws when the event cannot happen in this state
 */
export function transition(
  script: Script,
  state: RunState,
  event: EngineEvent,
  now: number,
): Transition {
  const turn = createTurn(script, draftOf(script, state, event), now);
  take(turn, event);
  const outcome = proceed(turn);
  return {
    state: outcome ? { kind: 'ended', outcome } : turn.run,
    effects: turn.effects,
    entries: turn.entries,
  };
}

function draftOf(script: Script, state: RunState, event: EngineEvent): RunningState {
  if (state.kind === 'running' && event.kind !== 'begin') return structuredClone(state);
  if (state.kind !== 'ready' || event.kind !== 'begin') {
    throw new Error(`${event.kind} cannot happen to a run that is ${state.kind}`);
  }
  return {
    kind: 'running',
    seq: 0,
    nextOrder: 0,
    pending: new Map(),
    done: [],
    variant: newVariant(script, 0),
  };
}

function take(turn: Turn, event: EngineEvent): void {
  switch (event.kind) {
    case 'begin':
      return begin(turn);
    case 'answered':
      return answered(turn, event.id, event.answer);
    case 'undo-acted':
      return writeAct(turn, event.acted);
    case 'fault-ended':
      return faultEnded(turn, event.faultId, event.why);
    case 'abort':
      return abort(turn, event);
  }
}

function begin(turn: Turn): void {
  const { plan, started } = turn.script;
  turn.writeOfRun({ kind: 'run-started', ...started });
  const ms = plan.atMostMs + TIME_LIMIT_MARGIN_MS;
  turn.order({ for: 'time-limit' }, { kind: 'wait', ms });
  beginVariant(turn);
}
