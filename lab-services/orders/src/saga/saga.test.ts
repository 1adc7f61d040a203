import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  IllegalMoveError,
  NEW_SAGA,
  SAGA_STEPS,
  isEnded,
  stepOf,
  stepsBefore,
  transition,
  type CompensatingSaga,
  type RunningSaga,
  type Saga,
  type SagaFailure,
  type SagaMove,
  type SagaStep,
} from './saga.ts';

const LIMITS = { failures: 3, durationMs: 10_000 };
const NOW = 1_000_000;

function running(step: SagaStep, interrupted = false): RunningSaga {
  return { state: 'running', step, interrupted };
}

function failed(step: SagaStep, effect: 'none' | 'possible'): SagaMove {
  return { kind: 'step-failed', effect, failure: failureOf(step) };
}

function failureOf(step: SagaStep): SagaFailure {
  return { step, code: 'payment-unavailable', detail: 'no answer' };
}

function compensating(...remaining: SagaStep[]): CompensatingSaga {
  return { state: 'compensating', failure: failureOf('ship'), remaining, failures: 0, since: NOW };
}

const move = (saga: Saga, made: SagaMove, now = NOW) => transition(saga, made, now, LIMITS);

describe('a running saga', () => {
  it('goes through its steps in order and completes after the last', () => {
    let saga: Saga = NEW_SAGA;
    const steps: string[] = [];
    while (!isEnded(saga)) {
      steps.push(stepOf(saga));
      saga = move(saga, { kind: 'step-completed' });
    }
    expect(steps).toEqual(['reserve-stock', 'charge', 'ship']);
    expect(saga).toEqual({ state: 'completed' });
  });

  it('is compensated at once when the first step proves to have changed nothing', () => {
    expect(move(NEW_SAGA, failed('reserve-stock', 'none'))).toEqual({
      state: 'compensated',
      failure: failureOf('reserve-stock'),
    });
  });

  it('undoes the steps before the failed one, last first', () => {
    expect(move(running('ship'), failed('ship', 'none'))).toMatchObject({
      state: 'compensating',
      remaining: ['charge', 'reserve-stock'],
      since: NOW,
    });
  });

  it('undoes the failed step too when its outcome is unknown', () => {
    expect(move(running('charge'), failed('charge', 'possible'))).toMatchObject({
      remaining: ['charge', 'reserve-stock'],
    });
  });

  it('undoes an interrupted step even if its repetition changed nothing', () => {
    const interrupted = move(running('charge'), { kind: 'interrupted' });
    expect(interrupted).toEqual(running('charge', true));
    expect(move(interrupted, failed('charge', 'none'))).toMatchObject({
      remaining: ['charge', 'reserve-stock'],
    });
  });

  it('forgets the interruption when the step completes', () => {
    expect(move(running('charge', true), { kind: 'step-completed' })).toEqual(running('ship'));
  });
});

describe('a compensating saga', () => {
  it('undoes one step after the other until none remains', () => {
    const first = move(compensating('charge', 'reserve-stock'), { kind: 'compensation-completed' });
    expect(first).toMatchObject({ state: 'compensating', remaining: ['reserve-stock'] });
    expect(move(first, { kind: 'compensation-completed' })).toEqual({
      state: 'compensated',
      failure: failureOf('ship'),
    });
  });

  it('is stuck after as many failures as the limit says, not one earlier', () => {
    const fail: SagaMove = { kind: 'compensation-failed', reason: 'connection refused' };
    const second = move(move(compensating('charge'), fail), fail);
    expect(second).toMatchObject({ state: 'compensating', failures: 2 });
    expect(move(second, fail)).toMatchObject({ state: 'stuck', failures: 3 });
  });

  it('is stuck when the time is up, not one millisecond earlier', () => {
    const fail: SagaMove = { kind: 'compensation-failed', reason: 'connection refused' };
    expect(move(compensating('charge'), fail, NOW + 9_999).state).toBe('compensating');
    expect(move(compensating('charge'), fail, NOW + 10_000).state).toBe('stuck');
  });

  it('gets out of stuck when the step is undone, with fresh limits for the next', () => {
    const stuck: Saga = { ...compensating('charge', 'reserve-stock'), state: 'stuck', failures: 9 };
    expect(move(stuck, { kind: 'compensation-completed' }, NOW + 60_000)).toMatchObject({
      state: 'compensating',
      remaining: ['reserve-stock'],
      failures: 0,
      since: NOW + 60_000,
    });
  });

  it('goes on where it was when it is interrupted', () => {
    expect(move(compensating('charge'), { kind: 'interrupted' })).toEqual(compensating('charge'));
  });
});

describe('an illegal move', () => {
  const moves: SagaMove[] = [
    { kind: 'step-completed' },
    failed('charge', 'none'),
    { kind: 'interrupted' },
    { kind: 'compensation-completed' },
    { kind: 'compensation-failed', reason: 'x' },
  ];
  const ended: Saga[] = [
    { state: 'completed' },
    { state: 'compensated', failure: failureOf('charge') },
  ];

  it.each(ended)('throws for every move of a saga that is $state', (saga) => {
    for (const made of moves) expect(() => move(saga, made)).toThrow(IllegalMoveError);
  });

  it('throws when a running saga is told of compensations', () => {
    for (const kind of ['compensation-completed', 'compensation-failed'] as const) {
      expect(() => move(NEW_SAGA, { kind, reason: 'x' })).toThrow(IllegalMoveError);
    }
  });

  it('throws when a compensating saga is told of steps', () => {
    expect(() => move(compensating('charge'), { kind: 'step-completed' })).toThrow(
      'a saga that is compensating cannot take the move step-completed',
    );
    expect(() => move(compensating('charge'), failed('charge', 'none'))).toThrow(IllegalMoveError);
  });
});

describe('every path', () => {
  /** Draws what happens next: success, failure with or without effect, interruption. */
  const happening = fc.record({
    succeeds: fc.boolean(),
    effective: fc.boolean(),
    interrupted: fc.boolean(),
  });

  it('ends confirmed with all steps in effect, or compensated with none', () => {
    fc.assert(
      fc.property(fc.array(happening, { minLength: 1, maxLength: 40 }), (happenings) => {
        const world = new Set<SagaStep>();
        let saga: Saga = NEW_SAGA;
        for (const { succeeds, effective, interrupted } of [...happenings, ...endless()]) {
          if (isEnded(saga)) break;
          if (interrupted) {
            // The owner died in the middle of the step: perhaps it had taken effect by then.
            if (effective && saga.state === 'running') world.add(saga.step);
            saga = move(saga, { kind: 'interrupted' });
            continue;
          }
          saga = live(saga, succeeds, effective, world);
        }
        expect(isEnded(saga)).toBe(true);
        expect([...world].sort()).toEqual(saga.state === 'completed' ? [...SAGA_STEPS].sort() : []);
      }),
      { numRuns: 2_000 },
    );
  });

  function live(saga: Saga, succeeds: boolean, effective: boolean, world: Set<SagaStep>): Saga {
    if (saga.state === 'running') {
      if (succeeds || effective) world.add(saga.step);
      return succeeds
        ? move(saga, { kind: 'step-completed' })
        : move(saga, failed(saga.step, effective ? 'possible' : 'none'));
    }
    if (saga.state !== 'compensating' && saga.state !== 'stuck') return saga;
    if (!succeeds) return move(saga, { kind: 'compensation-failed', reason: 'x' });
    const [step] = saga.remaining;
    if (step) world.delete(step);
    return move(saga, { kind: 'compensation-completed' });
  }

  function endless() {
    return Array.from({ length: 8 }, () => ({
      succeeds: true,
      effective: false,
      interrupted: false,
    }));
  }
});

it('names the steps before a step', () => {
  expect(stepsBefore('reserve-stock')).toEqual([]);
  expect(stepsBefore('ship')).toEqual(['reserve-stock', 'charge']);
});
