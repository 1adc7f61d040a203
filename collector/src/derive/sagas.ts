import { ATTRIBUTE, EVENT, SAGA_STATES, type SagaState } from '@faultline/chassis/core';
import type { Saga, SagaPage } from '../contract/index.ts';
import type { LogEntry } from '../model/records.ts';

/** Sagas kept in memory; beyond, the oldest ended one goes first. */
const MAX_SAGAS = 20_000;

/** What an event's name alone says of the state, where it says so. */
const STATE_OF_EVENT: Readonly<Record<string, SagaState>> = {
  [EVENT.sagaStarted]: 'running',
  [EVENT.sagaCompensationStarted]: 'compensating',
  [EVENT.sagaCompleted]: 'completed',
  [EVENT.sagaCompensated]: 'compensated',
  [EVENT.sagaStuck]: 'stuck',
};

/** Events of one moment apply in this order: the further state wins. */
const RANK: Readonly<Record<SagaState, number>> = {
  running: 0,
  compensating: 1,
  stuck: 2,
  completed: 3,
  compensated: 3,
};

const BEGINS_STEP: ReadonlySet<string> = new Set([
  EVENT.sagaStarted,
  EVENT.sagaStepStarted,
  EVENT.sagaCompensationStarted,
]);

/** How many sagas are in which state; compensating ones count as running. */
export type SagaCounts = SagaPage['counts'];

/** Which sagas to list. */
export interface SagaFilter {
  state?: SagaState | undefined;
  /** Saga, order or trace id, exact. */
  q?: string | undefined;
  from?: number | undefined;
  to?: number | undefined;
}

/** All sagas kept, from the `saga.*` events, whatever order they come in. */
export interface SagaBook {
  /** @returns the saga when the event changed it, otherwise null */
  add(entry: LogEntry): Saga | null;
  counts(): SagaCounts;
  get(id: string): Saga | undefined;
  /** Newest first; equal starts by id. */
  list(filter: SagaFilter): Saga[];
}

interface KeptSaga extends Saga {
  /** When the step shown began: an older event does not turn it back. */
  stepAt: number;
}

/** Creates an empty book. */
export function createSagaBook(limit = MAX_SAGAS): SagaBook {
  return new KeptSagaBook(limit);
}

class KeptSagaBook implements SagaBook {
  readonly #limit: number;
  readonly #sagas = new Map<string, KeptSaga>();
  readonly #states: Record<SagaState, number> = {
    running: 0,
    compensating: 0,
    completed: 0,
    compensated: 0,
    stuck: 0,
  };

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(entry: LogEntry): Saga | null {
    if (!entry.eventName?.startsWith('saga.') || entry.sagaId === null) return null;
    const saga = this.#sagas.get(entry.sagaId);
    if (!saga) return publicSaga(this.#begin(entry, entry.sagaId));
    const before = JSON.stringify(saga);
    apply(saga, entry, (from, to) => {
      this.#states[from] -= 1;
      this.#states[to] += 1;
    });
    return JSON.stringify(saga) === before ? null : publicSaga(saga);
  }

  counts(): SagaCounts {
    const { running, compensating, completed, compensated, stuck } = this.#states;
    return { running: running + compensating, completed, compensated, stuck };
  }

  get(id: string): Saga | undefined {
    const saga = this.#sagas.get(id);
    return saga && publicSaga(saga);
  }

  list({ state, q, from, to }: SagaFilter): Saga[] {
    const found: Saga[] = [];
    for (const saga of this.#sagas.values()) {
      if (state !== undefined && saga.state !== state) continue;
      if (q !== undefined && saga.id !== q && saga.orderId !== q && saga.traceId !== q) continue;
      if (from !== undefined && saga.updatedAt < from) continue;
      if (to !== undefined && saga.startedAt > to) continue;
      found.push(saga);
    }
    found.sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1));
    return found.map((saga) => publicSaga(saga as KeptSaga));
  }

  #begin(entry: LogEntry, id: string): KeptSaga {
    if (this.#sagas.size >= this.#limit) this.#forgetOne();
    const style = entry.attributes[ATTRIBUTE.sagaStyle];
    const state = stateOf(entry) ?? 'running';
    const saga: KeptSaga = {
      id,
      orderId: text(entry, ATTRIBUTE.orderId) ?? '',
      style: style === 'choreographed' ? 'choreographed' : 'orchestrated',
      state,
      step: text(entry, ATTRIBUTE.sagaStep) ?? '',
      startedAt: entry.at,
      updatedAt: entry.at,
      endedAt: ended(state) ? entry.at : null,
      traceId: entry.traceId,
      reason: text(entry, ATTRIBUTE.sagaReason),
      waitingFor: text(entry, ATTRIBUTE.sagaWaitingFor),
      remaining: remainingOf(entry),
      stepAt: BEGINS_STEP.has(entry.eventName ?? '') ? entry.at : 0,
    };
    this.#sagas.set(id, saga);
    this.#states[state] += 1;
    return saga;
  }

  #forgetOne(): void {
    let victim: KeptSaga | undefined;
    for (const saga of this.#sagas.values()) {
      victim ??= saga;
      if (saga.endedAt !== null) {
        victim = saga;
        break;
      }
    }
    if (!victim) return;
    this.#sagas.delete(victim.id);
    this.#states[victim.state] -= 1;
  }
}

/** Applies an event to a saga: the newest tells the state, the oldest the start. */
function apply(
  saga: KeptSaga,
  entry: LogEntry,
  moved: (from: SagaState, to: SagaState) => void,
): void {
  const state = stateOf(entry) ?? saga.state;
  const newer =
    entry.at > saga.updatedAt || (entry.at === saga.updatedAt && RANK[state] > RANK[saga.state]);
  if (newer && state !== saga.state) {
    moved(saga.state, state);
    saga.state = state;
    saga.endedAt = ended(state) ? entry.at : null;
  }
  const remaining = remainingOf(entry);
  // Two moves of one moment: what is left grows less, forward and back.
  const isFurther =
    entry.at === saga.updatedAt &&
    RANK[state] === RANK[saga.state] &&
    remaining.length < saga.remaining.length;
  if (newer || isFurther) {
    saga.waitingFor = text(entry, ATTRIBUTE.sagaWaitingFor);
    saga.remaining = remaining;
  }
  if (entry.at < saga.startedAt) {
    saga.startedAt = entry.at;
    saga.traceId = entry.traceId ?? saga.traceId;
  }
  saga.updatedAt = Math.max(saga.updatedAt, entry.at);
  saga.traceId ??= entry.traceId;
  if (saga.orderId === '') saga.orderId = text(entry, ATTRIBUTE.orderId) ?? '';
  const step = text(entry, ATTRIBUTE.sagaStep);
  const begins = BEGINS_STEP.has(entry.eventName ?? '');
  if (step !== null && ((begins && entry.at >= saga.stepAt) || saga.step === '')) {
    saga.step = step;
    if (begins) saga.stepAt = entry.at;
  }
  const reason = text(entry, ATTRIBUTE.sagaReason);
  if (reason !== null && (newer || saga.reason === null)) saga.reason = reason;
}

function stateOf(entry: LogEntry): SagaState | null {
  const byName = STATE_OF_EVENT[entry.eventName ?? ''];
  if (byName && entry.eventName !== EVENT.sagaStarted) return byName;
  const said = entry.attributes[ATTRIBUTE.sagaState];
  return SAGA_STATES.find((state) => state === said) ?? byName ?? null;
}

function remainingOf(entry: LogEntry): string[] {
  return text(entry, ATTRIBUTE.sagaRemaining)?.split(',') ?? [];
}

function ended(state: SagaState): boolean {
  return state === 'completed' || state === 'compensated';
}

function text(entry: LogEntry, key: string): string | null {
  const value = entry.attributes[key];
  return typeof value === 'string' && value !== '' ? value : null;
}

function publicSaga({ stepAt: _, ...saga }: KeptSaga): Saga {
  return saga;
}
