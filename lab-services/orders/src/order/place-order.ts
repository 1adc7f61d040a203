import type { Chassis } from '@faultline/chassis';
import type { Events } from '../events.ts';
import type { Fulfilment } from '../saga/fulfilment.ts';
import type { OutcomeWatch } from '../saga/outcome-watch.ts';
import type { SagaRecord } from '../saga/saga-record.ts';
import type { NewOrder, SagaRepository } from '../saga/saga-repository.ts';
import type { SagaRunner } from '../saga/saga-runner.ts';
import { NEW_SAGA, type Saga, type SagaStyle } from '../saga/saga.ts';
import { awaitOutcome } from './await-outcome.ts';
import { fulfilBare } from './fulfil-bare.ts';
import type { OrderRepository } from './order-repository.ts';
import {
  isSameRequest,
  normaliseLines,
  priceLines,
  type Order,
  type OrderRequest,
} from './order.ts';
import { budgetOf, placementOf, placementOfSaga, type Placement } from './placement.ts';
import type { PriceList } from './price-list.ts';

/** Customers that have it are served by the choreographed saga unless they say otherwise. */
export const STYLE_FLAG = 'choreographed-saga';

/** What placing orders needs. */
export interface PlaceOrderOptions {
  chassis: Pick<Chassis, 'clock' | 'context' | 'flag' | 'ids' | 'policy' | 'telemetry'>;
  orders: OrderRepository;
  prices: PriceList;
  sagas: SagaRepository;
  runner: SagaRunner;
  fulfilment: Fulfilment;
  outcomes: OutcomeWatch;
  events: Events;
  /** How long a choreographed saga may stand still, milliseconds. */
  patienceMs: number;
}

/** Places orders: one per idempotency key, whatever happens in between. */
export type PlaceOrder = (request: OrderRequest, idempotencyKey: string) => Promise<Placement>;

/** Creates the use case. */
export function createPlaceOrder(options: PlaceOrderOptions): PlaceOrder {
  const { chassis, orders, prices, sagas } = options;

  async function replay(order: Order, request: OrderRequest): Promise<Placement> {
    return isSameRequest(order, request) ? placementOf(order) : { kind: 'key-reused' };
  }

  async function styleFor({ customerId, fulfilment }: OrderRequest): Promise<SagaStyle> {
    if (fulfilment) return fulfilment;
    return (await chassis.flag(STYLE_FLAG, customerId)) ? 'choreographed' : 'orchestrated';
  }

  return async (request, idempotencyKey) => {
    const guarded = chassis.policy('idempotency').enabled;
    const earlier = guarded ? await orders.findByKey(idempotencyKey) : undefined;
    if (earlier) return replay(earlier, request);

    const lines = normaliseLines(request.items);
    const answer = await prices.of(lines.map(({ sku }) => sku));
    if (answer.kind !== 'priced') return answer;

    const isBare = !chassis.policy('saga').enabled;
    const style = isBare ? 'orchestrated' : await styleFor(request);
    const order: NewOrder = {
      idempotencyKey,
      guarded,
      sagaId: chassis.ids.next(),
      orderId: chassis.ids.next(),
      customerId: request.customerId,
      ...priceLines(lines, answer.prices),
      style,
      saga: NEW_SAGA,
      correlationId: chassis.context()?.correlationId ?? chassis.ids.next(),
      traceparent: chassis.telemetry.traceparent() ?? null,
      ...(style === 'choreographed' ? { pauseMs: options.patienceMs } : {}),
    };
    const record = await (isBare ? sagas.beginBare(order) : sagas.begin(order));
    if (record && isBare) return fulfilBare(options, record);
    if (record) return fulfil(options, record);

    // Another request with the same key was faster by a moment.
    const twin = await orders.findByKey(idempotencyKey);
    if (!twin) throw new Error('an order that took the idempotency key vanished');
    return replay(twin, request);
  };
}

/** Waits until the outcome is decided or the budget is spent; the saga goes on in any case. */
async function fulfil(options: PlaceOrderOptions, record: SagaRecord): Promise<Placement> {
  const { chassis, events } = options;
  events.sagaBegan(record);
  const budgetMs = budgetOf(chassis.clock, chassis.context());
  return record.style === 'choreographed'
    ? awaitOutcome(options, record, budgetMs)
    : lead(options, record, budgetMs);
}

/** Works on the saga in this instance. */
async function lead(
  { chassis, runner }: PlaceOrderOptions,
  record: SagaRecord,
  budgetMs: () => number,
): Promise<Placement> {
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
