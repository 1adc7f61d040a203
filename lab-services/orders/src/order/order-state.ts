import type { SagaFailure, SagaMove, SagaStep, Saga } from '../saga/saga.ts';
import type { Order, OrderItem } from './order.ts';

/** What happened to an order, without when. */
export type OrderFact =
  | {
      type: 'order.created';
      payload: { customerId: string; items: OrderItem[]; totalCents: number; currency: string };
    }
  | { type: FulfilmentFactType; payload: Record<string, never> }
  /** A step of its fulfilment failed; what was done is undone now. */
  | { type: 'order.step-failed'; payload: { failure: SagaFailure } }
  | { type: 'order.confirmed'; payload: Record<string, never> }
  | { type: 'order.failed'; payload: { failure: SagaFailure } };

/** An event in the stream of one order. */
export type OrderEvent = OrderFact & {
  /** Place in the order's stream, from 1 and without gaps. */
  version: number;
  /** Milliseconds since the Unix epoch; never falls within a stream. */
  occurredAt: number;
};

/** How far the order's fulfilment got, as its stream tells. */
export interface Fulfilment {
  stock: 'none' | 'reserved' | 'released';
  payment: 'none' | 'charged' | 'refunded';
  shipment: 'none' | 'shipped' | 'cancelled';
}

type FulfilmentFactType =
  | 'order.stock-reserved'
  | 'order.stock-released'
  | 'order.charged'
  | 'order.refunded'
  | 'order.shipped'
  | 'order.shipment-cancelled';

const PROGRESS: Readonly<Record<FulfilmentFactType, Partial<Fulfilment>>> = {
  'order.stock-reserved': { stock: 'reserved' },
  'order.stock-released': { stock: 'released' },
  'order.charged': { payment: 'charged' },
  'order.refunded': { payment: 'refunded' },
  'order.shipped': { shipment: 'shipped' },
  'order.shipment-cancelled': { shipment: 'cancelled' },
};

/** Fulfilment of a new order. */
export const NO_FULFILMENT: Fulfilment = { stock: 'none', payment: 'none', shipment: 'none' };

/** An outcome after another one, or a second beginning: a bug of whoever records it. */
export class ContradictingEventError extends Error {
  override readonly name = 'ContradictingEventError';
}

/**
 * The state after `event`: the only way from one state to the next. Pure; the fold of a stream from
 * its beginning is the order.
 *
 * @throws ContradictingEventError
 */
export function evolve(state: Order | undefined, orderId: string, event: OrderEvent): Order {
  const { version, occurredAt: updatedAt } = event;
  if (event.type === 'order.created') {
    if (state) throw new ContradictingEventError(`order ${orderId} was created before`);
    return {
      orderId,
      ...event.payload,
      state: 'pending',
      failure: null,
      fulfilment: NO_FULFILMENT,
      version,
      createdAt: updatedAt,
      updatedAt,
    };
  }
  if (!state) throw new ContradictingEventError(`${event.type} of ${orderId}, which is not there`);
  const next = { ...state, version, updatedAt };
  switch (event.type) {
    case 'order.step-failed':
      return next;
    case 'order.confirmed':
      refuseSecondOutcome(state, event.type);
      return { ...next, state: 'confirmed' };
    case 'order.failed':
      refuseSecondOutcome(state, event.type);
      return { ...next, state: 'failed', failure: event.payload.failure };
    default:
      return { ...next, fulfilment: { ...state.fulfilment, ...PROGRESS[event.type] } };
  }
}

/** The state after all of `events`, beginning at `from`; undefined if there is none. */
export function replay(
  orderId: string,
  events: readonly OrderEvent[],
  from?: Order,
): Order | undefined {
  return events.reduce<Order | undefined>((state, event) => evolve(state, orderId, event), from);
}

/** Whether `fact` says something that `state` does not know yet: repeating a fact changes nothing. */
export function isNews(state: Order | undefined, fact: OrderFact): boolean {
  if (!state) return true;
  switch (fact.type) {
    case 'order.created':
    case 'order.step-failed':
      return true;
    case 'order.confirmed':
      return state.state !== 'confirmed';
    case 'order.failed':
      return state.state !== 'failed';
    default:
      return Object.entries(PROGRESS[fact.type]).some(
        ([part, value]) => state.fulfilment[part as keyof Fulfilment] !== value,
      );
  }
}

const DONE: Readonly<Record<SagaStep, FulfilmentFactType>> = {
  'reserve-stock': 'order.stock-reserved',
  charge: 'order.charged',
  ship: 'order.shipped',
};
const UNDONE: Readonly<Record<SagaStep, FulfilmentFactType>> = {
  'reserve-stock': 'order.stock-released',
  charge: 'order.refunded',
  ship: 'order.shipment-cancelled',
};

/** What a move of the saga from `before` to `after` says about the order. */
export function factsOfMove(before: Saga, move: SagaMove, after: Saga): OrderFact[] {
  return [...factsOfStep(before, move), ...factsOfEnd(after)];
}

function factsOfStep(before: Saga, move: SagaMove): OrderFact[] {
  switch (move.kind) {
    case 'step-completed':
      return before.state === 'running' ? [{ type: DONE[before.step], payload: {} }] : [];
    case 'step-failed':
    case 'cancelled':
      return [{ type: 'order.step-failed', payload: { failure: move.failure } }];
    case 'compensation-completed': {
      const [undone] = 'remaining' in before ? before.remaining : [];
      return undone ? [{ type: UNDONE[undone], payload: {} }] : [];
    }
    case 'compensation-failed':
    case 'interrupted':
      return [];
  }
}

function factsOfEnd(after: Saga): OrderFact[] {
  if (after.state === 'completed') return [{ type: 'order.confirmed', payload: {} }];
  if (after.state !== 'compensated') return [];
  return [{ type: 'order.failed', payload: { failure: after.failure } }];
}

function refuseSecondOutcome({ orderId, state }: Order, type: string): void {
  if (state === 'pending') return;
  throw new ContradictingEventError(`${type} of ${orderId}, which is ${state} already`);
}
