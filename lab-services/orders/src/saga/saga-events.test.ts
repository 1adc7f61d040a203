import { describe, expect, it } from 'vitest';
import { eventsOfMove } from './saga-events.ts';
import { NEW_SAGA, transition, type Saga, type SagaFailure, type SagaMove } from './saga.ts';

const LIMITS = { failures: 1, durationMs: 60_000 };
const failure: SagaFailure = { step: 'charge', code: 'payment-unavailable', detail: 'timeout' };

function tell(...moves: SagaMove[]): string[] {
  let saga: Saga = NEW_SAGA;
  return moves.flatMap((move) => {
    const before = saga;
    saga = transition(before, move, 0, LIMITS);
    return eventsOfMove(before, move, saga).map(({ name, step }) => `${name} ${step}`);
  });
}

describe('the events of a saga', () => {
  it('tell of every step and of the confirmation when all goes well', () => {
    const done: SagaMove = { kind: 'step-completed' };
    expect(tell(done, done, done)).toEqual([
      'saga.step.completed reserve-stock',
      'saga.step.started charge',
      'saga.step.completed charge',
      'saga.step.started ship',
      'saga.step.completed ship',
      'saga.step.started confirm',
      'saga.step.completed confirm',
      'saga.completed confirm',
    ]);
  });

  it('tell of each compensation, of getting stuck once, and of the end', () => {
    const failed: SagaMove = { kind: 'compensation-failed', reason: 'refused' };
    const undone: SagaMove = { kind: 'compensation-completed' };
    const charge: SagaMove = { kind: 'step-failed', failure, effect: 'possible' };
    expect(tell({ kind: 'step-completed' }, charge, failed, failed, undone, undone)).toEqual([
      'saga.step.completed reserve-stock',
      'saga.step.started charge',
      'saga.step.failed charge',
      'saga.compensation.started charge',
      'saga.compensation.failed charge',
      'saga.stuck charge',
      'saga.compensation.failed charge',
      'saga.compensation.completed charge',
      'saga.compensation.started reserve-stock',
      'saga.compensation.completed reserve-stock',
      'saga.compensated charge',
    ]);
  });

  it('tell that an interrupted saga was resumed where it was', () => {
    expect(tell({ kind: 'step-completed' }, { kind: 'interrupted' })).toEqual([
      'saga.step.completed reserve-stock',
      'saga.step.started charge',
      'saga.resumed charge',
    ]);
  });
});
