import { describe, expect, it } from 'vitest';
import { NEW_SAGA, transition, type Saga, type SagaMove } from '../saga/saga.ts';
import {
  ContradictingEventError,
  factsOfMove,
  isNews,
  replay,
  type OrderEvent,
  type OrderFact,
} from './order-state.ts';

const created: OrderFact = {
  type: 'order.created',
  payload: { customerId: 'ada', items: [], totalCents: 4_900, currency: 'EUR' },
};
const failure = { step: 'ship', code: 'shipping-unavailable', detail: 'timeout' } as const;
const LIMITS = { failures: 3, durationMs: 60_000 };

const streamOf = (...facts: OrderFact[]) =>
  facts.map((fact, at): OrderEvent => ({ ...fact, version: at + 1, occurredAt: 1_000 + at }));

function factsOf(...moves: SagaMove[]): OrderFact[] {
  let saga: Saga = NEW_SAGA;
  return moves.flatMap((move) => {
    const before = saga;
    saga = transition(before, move, 0, LIMITS);
    return factsOfMove(before, move, saga);
  });
}

const done: SagaMove = { kind: 'step-completed' };
const undone: SagaMove = { kind: 'compensation-completed' };

describe('the stream of an order', () => {
  it('tells how the order was fulfilled', () => {
    expect(replay('o', streamOf(created, ...factsOf(done, done, done)))).toMatchObject({
      state: 'confirmed',
      version: 5,
      fulfilment: { stock: 'reserved', payment: 'charged', shipment: 'shipped' },
      createdAt: 1_000,
      updatedAt: 1_004,
    });
  });

  it('tells how it failed and that all of it was undone', () => {
    const failed: SagaMove = { kind: 'step-failed', failure, effect: 'possible' };
    const facts = factsOf(done, done, failed, undone, undone, undone);
    expect(replay('o', streamOf(created, ...facts))).toMatchObject({
      state: 'failed',
      failure,
      fulfilment: { stock: 'released', payment: 'refunded', shipment: 'cancelled' },
    });
  });

  it('says nothing of a compensation that has to be tried again', () => {
    const failed: SagaMove = { kind: 'step-failed', failure, effect: 'none' };
    const again: SagaMove = { kind: 'compensation-failed', reason: 'timeout' };
    expect(factsOf(done, failed, again)).toHaveLength(2);
  });

  it('knows what is no news', () => {
    const state = replay('o', streamOf(created, { type: 'order.charged', payload: {} }));
    expect(isNews(state, { type: 'order.charged', payload: {} })).toBe(false);
    expect(isNews(state, { type: 'order.refunded', payload: {} })).toBe(true);
  });

  it('refuses a second outcome, and an event before the first', () => {
    const both = streamOf(
      created,
      { type: 'order.confirmed', payload: {} },
      { type: 'order.failed', payload: { failure } },
    );
    expect(() => replay('o', both)).toThrow(ContradictingEventError);
    expect(() => replay('o', streamOf({ type: 'order.charged', payload: {} }))).toThrow(
      'order.charged of o, which is not there',
    );
  });
});
