import type { Chassis } from '@faultline/chassis';
import type { Events } from '../events.ts';
import type { SagaRecord } from '../saga/saga-record.ts';
import type { SagaRepository } from '../saga/saga-repository.ts';
import type { SagaRunner } from '../saga/saga-runner.ts';
import { NEW_SAGA, type Saga, type SagaFailure } from '../saga/saga.ts';
import type { OrderRepository } from './order-repository.ts';
import {
  isSameRequest,
  normaliseLines,
  priceLines,
  type Order,
  type OrderRequest,
} from './order.ts';
import type { PriceAnswer, PriceList } from './price-list.ts';

/** What a customer learns of an order within the time there is. */
export type Placement =
  | { kind: 'confirmed'; orderId: string; totalCents: number }
  | { kind: 'pending'; orderId: string }
  /** It cannot be fulfilled; what was done for it is undone, now or soon. */
  | { kind: 'failed'; orderId: string; failure: SagaFailure }
  | { kind: 'key-reused' }
  | Exclude<PriceAnswer, { kind: 'priced' }>;

export interface PlaceOrderOptions {
  chassis: Pick<Chassis, 'clock' | 'context' | 'ids' | 'telemetry'>;
  orders: OrderRepository;
  prices: PriceList;
  sagas: SagaRepository;
  runner: SagaRunner;
  events: Events;
}

/** Budget of a request whose caller set none, milliseconds. */
const DEFAULT_BUDGET_MS = 3_000;
/** Kept back from the caller's budget to write down what happened and to answer, milliseconds. */
const ANSWER_RESERVE_MS = 250;

/** Places orders: one per idempotency key, whatever happens in between. */
export type PlaceOrder = (request: OrderRequest, idempotencyKey: string) => Promise<Placement>;

/** Creates the use case. */
export function createPlaceOrder(options: PlaceOrderOptions): PlaceOrder {
  const { chassis, orders, prices, sagas } = options;

  async function replay(order: Order, request: OrderRequest): Promise<Placement> {
    return isSameRequest(order, request) ? placementOf(order) : { kind: 'key-reused' };
  }

  return async (request, idempotencyKey) => {
    const earlier = await orders.findByKey(idempotencyKey);
    if (earlier) return replay(earlier, request);

    const lines = normaliseLines(request.items);
    const answer = await prices.of(lines.map(({ sku }) => sku));
    if (answer.kind !== 'priced') return answer;

    const record = await sagas.begin({
      idempotencyKey,
      sagaId: chassis.ids.next(),
      orderId: chassis.ids.next(),
      customerId: request.customerId,
      ...priceLines(lines, answer.prices),
      saga: NEW_SAGA,
      correlationId: chassis.context()?.correlationId ?? chassis.ids.next(),
      traceparent: chassis.telemetry.traceparent() ?? null,
    });
    if (record) return fulfil(options, record);

    // Another request with the same key was faster by a moment.
    const twin = await orders.findByKey(idempotencyKey);
    if (!twin) throw new Error('an order that took the idempotency key vanished');
    return replay(twin, request);
  };
}

/** Waits until the outcome is decided or the budget is spent; the saga goes on in any case. */
async function fulfil(
  { chassis, runner, events }: PlaceOrderOptions,
  record: SagaRecord,
): Promise<Placement> {
  events.sagaBegan(record);
  const budgetMs = budgetOf(chassis);
  const decided = Promise.withResolvers<Placement>();
  const moved = (saga: Saga) => {
    const placement = placementOfSaga(record, saga);
    if (placement.kind !== 'pending') decided.resolve(placement);
  };
  const pending: Placement = { kind: 'pending', orderId: record.orderId };
  const timer = new AbortController();
  const spent = chassis.clock
    .sleep(Math.max(0, budgetMs()), timer.signal)
    .then(() => decided.resolve(pending))
    .catch(() => undefined);
  void runner.fulfil(record, budgetMs, moved).then(() => decided.resolve(pending));
  const placement = await decided.promise;
  timer.abort(new Error('decided'));
  await spent;
  return placement;
}

/** What is left of the caller's budget for the saga, milliseconds, at any later moment. */
function budgetOf({ clock, context }: PlaceOrderOptions['chassis']): () => number {
  const leftMs = context()?.deadlineLeftMs() ?? Infinity;
  const grantedMs = Number.isFinite(leftMs) ? leftMs : DEFAULT_BUDGET_MS;
  const endsAtMs = clock.monotonicMs() + grantedMs - ANSWER_RESERVE_MS;
  return () => endsAtMs - clock.monotonicMs();
}

function placementOf(order: Order): Placement {
  const { orderId, totalCents, state, failure } = order;
  if (failure) return { kind: 'failed', orderId, failure };
  return state === 'confirmed'
    ? { kind: 'confirmed', orderId, totalCents }
    : { kind: 'pending', orderId };
}

function placementOfSaga({ orderId, totalCents }: SagaRecord, saga: Saga): Placement {
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
