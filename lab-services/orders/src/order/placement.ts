import type { Clock } from '@faultline/chassis/core';
import type { RequestContext } from '@faultline/chassis';
import type { SagaRecord } from '../saga/saga-record.ts';
import type { Saga, SagaFailure } from '../saga/saga.ts';
import type { Order } from './order.ts';
import type { PriceAnswer } from './price-list.ts';

/** What a customer learns of an order within the time there is. */
export type Placement =
  | { kind: 'confirmed'; orderId: string; totalCents: number }
  | { kind: 'pending'; orderId: string }
  /** It cannot be fulfilled; what was done for it is undone, now or soon. */
  | { kind: 'failed'; orderId: string; failure: SagaFailure }
  | { kind: 'key-reused' }
  | Exclude<PriceAnswer, { kind: 'priced' }>;

/** Budget of a request whose caller set none, milliseconds. */
const DEFAULT_BUDGET_MS = 3_000;
/** Kept back from the caller's budget to write down what happened and to answer, milliseconds. */
const ANSWER_RESERVE_MS = 250;

/** What is left of the caller's budget for the saga, milliseconds, at any later moment. */
export function budgetOf(clock: Clock, context: RequestContext | undefined): () => number {
  const leftMs = context?.deadlineLeftMs() ?? Infinity;
  const grantedMs = Number.isFinite(leftMs) ? leftMs : DEFAULT_BUDGET_MS;
  const endsAtMs = clock.monotonicMs() + grantedMs - ANSWER_RESERVE_MS;
  return () => endsAtMs - clock.monotonicMs();
}

/** What an order that is there already says. */
export function placementOf(order: Order): Placement {
  const { orderId, totalCents, state, failure } = order;
  if (failure) return { kind: 'failed', orderId, failure };
  return state === 'confirmed'
    ? { kind: 'confirmed', orderId, totalCents }
    : { kind: 'pending', orderId };
}

/** What the saga says: an order that is being undone has failed, whatever is still to undo. */
export function placementOfSaga(
  { orderId, totalCents }: Pick<SagaRecord, 'orderId' | 'totalCents'>,
  saga: Saga,
): Placement {
  switch (saga.state) {
    case 'running':
      return { kind: 'pending', orderId };
    case 'completed':
      return { kind: 'confirmed', orderId, totalCents };
    case 'compensating':
    case 'stuck':
    case 'compensated':
      return { kind: 'failed', orderId, failure: saga.failure };
  }
}
