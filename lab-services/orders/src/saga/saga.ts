/**
 * The saga of an order, as a pure state machine.
 *
 * ```
 * running(reserve-stock) -> running(charge) -> running(ship) -> completed
 *        |                      |                  |
 *        +----------- a step fails: undo what was done, last first (cancelled: undo all)
 *                               v
 *                 compensating(remaining) <-> stuck(remaining)
 *                               v
 *                          compensated
 * ```
 *
 * `completed` and the confirmation of the order are one transaction of this service's database:
 * there is no step between them that could be half done.
 */

/**
 * Who leads the steps: `orchestrated`, orders calls one service after the other; `choreographed`,
 * services react to each other's events and orders listens. The machine is the same.
 */
export const SAGA_STYLES = ['orchestrated', 'choreographed'] as const;
/** See {@link SAGA_STYLES}. */
export type SagaStyle = (typeof SAGA_STYLES)[number];

/** Steps that happen at other services, in order. */
export const SAGA_STEPS = ['reserve-stock', 'charge', 'ship'] as const;
/** See {@link SAGA_STEPS}. */
export type SagaStep = (typeof SAGA_STEPS)[number];

/** Why an order cannot be fulfilled. */
export interface SagaFailure {
  step: SagaStep;
  /** Stable: `insufficient-stock`, `payment-declined`, `payment-unavailable`. */
  code: string;
  detail: string;
}

/** A step was begun; whether it took effect is not known before it ends. */
export interface RunningSaga {
  state: 'running';
  step: SagaStep;
  /** Someone began this step before and never said how it ended: it may have taken effect. */
  interrupted: boolean;
}

/** Steps that took effect, or may have, are being undone. */
export interface CompensatingSaga {
  /** `stuck`: the undoing failed too often or for too long. It is still tried. */
  state: 'compensating' | 'stuck';
  failure: SagaFailure;
  /** What is still to undo, in that order. Never empty. */
  remaining: readonly SagaStep[];
  /** How often undoing the first of them failed. */
  failures: number;
  /** When undoing the first of them began, milliseconds since the Unix epoch. */
  since: number;
}

export interface CompletedSaga {
  state: 'completed';
}

export interface CompensatedSaga {
  state: 'compensated';
  failure: SagaFailure;
}

/** Where a saga stands. */
export type Saga = RunningSaga | CompensatingSaga | CompletedSaga | CompensatedSaga;

/** What can happen to a saga. */
export type SagaMove =
  | { kind: 'step-completed' }
  /** `effect: none` proves that the step changed nothing; `possible` says that nobody knows. */
  | { kind: 'step-failed'; failure: SagaFailure; effect: 'none' | 'possible' }
  /** Nobody told how far it got, and it is given up: every step may have taken effect. */
  | { kind: 'cancelled'; failure: SagaFailure }
  /** Another owner takes over: the one before may have died in the middle of a step. */
  | { kind: 'interrupted' }
  | { kind: 'compensation-completed' }
  | { kind: 'compensation-failed'; reason: string };

/** When a saga counts as stuck. */
export interface StuckLimits {
  /** Failed attempts to undo one step. */
  failures: number;
  /** Time spent on undoing one step, milliseconds. */
  durationMs: number;
}

/** A move that the state does not allow: a bug, never an expected outcome. */
export class IllegalMoveError extends Error {
  override readonly name = 'IllegalMoveError';
  constructor(saga: Saga, move: SagaMove) {
    super(`a saga that is ${saga.state} cannot take the move ${move.kind}`);
  }
}

/** The saga of a new order: its first step is about to begin. */
export const NEW_SAGA: RunningSaga = {
  state: 'running',
  step: SAGA_STEPS[0],
  interrupted: false,
};

/**
 * The only way from one state to the next.
 *
 * @param now milliseconds since the Unix epoch
 * @throws IllegalMoveError
 */
export function transition(saga: Saga, move: SagaMove, now: number, limits: StuckLimits): Saga {
  switch (saga.state) {
    case 'running':
      return moveRunning(saga, move, now);
    case 'compensating':
    case 'stuck':
      return moveCompensating(saga, move, now, limits);
    case 'completed':
    case 'compensated':
      throw new IllegalMoveError(saga, move);
  }
}

/** Whether nothing can happen to the saga any more. */
export function isEnded(saga: Saga): saga is CompletedSaga | CompensatedSaga {
  return saga.state === 'completed' || saga.state === 'compensated';
}

/** The step the saga is at, for people and telemetry. */
export function stepOf(saga: Saga): SagaStep | 'confirm' {
  switch (saga.state) {
    case 'running':
      return saga.step;
    case 'compensating':
    case 'stuck':
      return currentCompensation(saga);
    case 'completed':
      return 'confirm';
    case 'compensated':
      return saga.failure.step;
  }
}

/** The step that is being undone. */
export function currentCompensation(saga: CompensatingSaga): SagaStep {
  const [step] = saga.remaining;
  if (!step) throw new Error('a compensating saga has something to undo');
  return step;
}

/** Steps before `step`, in order: they took effect if the saga is at `step`. */
export function stepsBefore(step: SagaStep): SagaStep[] {
  return SAGA_STEPS.slice(0, SAGA_STEPS.indexOf(step));
}

function moveRunning(saga: RunningSaga, move: SagaMove, now: number): Saga {
  switch (move.kind) {
    case 'interrupted':
      return { ...saga, interrupted: true };
    case 'step-completed': {
      const next = SAGA_STEPS[SAGA_STEPS.indexOf(saga.step) + 1];
      return next ? { state: 'running', step: next, interrupted: false } : { state: 'completed' };
    }
    case 'step-failed': {
      const mayHaveEffect = move.effect === 'possible' || saga.interrupted;
      const done = [...stepsBefore(saga.step), ...(mayHaveEffect ? [saga.step] : [])];
      return undo(move.failure, done.reverse(), now);
    }
    case 'cancelled':
      return undo(move.failure, [...SAGA_STEPS].reverse(), now);
    case 'compensation-completed':
    case 'compensation-failed':
      throw new IllegalMoveError(saga, move);
  }
}

function moveCompensating(
  saga: CompensatingSaga,
  move: SagaMove,
  now: number,
  limits: StuckLimits,
): Saga {
  switch (move.kind) {
    case 'interrupted':
      return saga;
    case 'compensation-completed':
      return undo(saga.failure, saga.remaining.slice(1), now);
    case 'compensation-failed': {
      const failures = saga.failures + 1;
      const stuck =
        saga.state === 'stuck' ||
        failures >= limits.failures ||
        now - saga.since >= limits.durationMs;
      return { ...saga, state: stuck ? 'stuck' : 'compensating', failures };
    }
    case 'step-completed':
    case 'step-failed':
    case 'cancelled':
      throw new IllegalMoveError(saga, move);
  }
}

function undo(failure: SagaFailure, remaining: readonly SagaStep[], now: number): Saga {
  return remaining.length === 0
    ? { state: 'compensated', failure }
    : { state: 'compensating', failure, remaining, failures: 0, since: now };
}
