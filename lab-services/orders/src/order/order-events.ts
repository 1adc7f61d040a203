import type { Chassis, DomainEvent, Transaction } from '@faultline/chassis';
import type { SagaFailure, SagaStyle } from '../saga/saga.ts';
import { findOrder } from './order-row.ts';
import { evolve, isNews, type OrderEvent, type OrderFact } from './order-state.ts';
import { appendToStream } from './order-stream.ts';
import type { Order, OrderItem } from './order.ts';

/** Topic of everything that happens to orders, keyed by order id. */
export const ORDER_EVENTS_TOPIC = 'orders.events';

/** Payload of every event of version 1; readers ignore fields they do not know. */
export interface OrderEventPayload {
  orderId: string;
  /** Place of the event in the order's stream, from 1. */
  orderVersion: number;
  customerId: string;
  items: OrderItem[];
  totalCents: number;
  currency: string;
  /** Who leads the fulfilment; participants react to what becomes of `choreographed` orders. */
  style: SagaStyle;
  /** Only of `order.failed` and `order.step-failed`. */
  failure?: SagaFailure;
}

/** Records what happened to orders: their stream, their row and what the other services learn. */
export interface OrderEvents {
  /**
   * Appends what of `facts` is new to the order, in the caller's transaction: it is recorded with
   * the change it tells of, or neither is. The row in `orders` must be there.
   *
   * @param known the order's row as this transaction read it, which saves a look at it
   * @returns the events for the outbox; none if nothing is new
   * @throws ContradictingEventError if the order has another outcome already
   */
  record(
    transaction: Transaction,
    order: { orderId: string; correlationId: string; style: SagaStyle },
    facts: readonly OrderFact[],
    known?: Order,
  ): Promise<DomainEvent<OrderEventPayload>[]>;
}

/** Every lost race means that another writer got ahead: more of them in a row is no race. */
const MOST_RELOADS = 20;

/** Creates the recorder. */
export function createOrderEvents({
  clock,
  telemetry,
}: Pick<Chassis, 'clock' | 'telemetry'>): OrderEvents {
  return {
    async record(transaction, { orderId, correlationId, style }, facts, known) {
      for (let reload = 0; reload < MOST_RELOADS; reload++) {
        const row = (reload === 0 && known) || (await findOrder(transaction, orderId));
        if (!row) throw new Error(`events of order ${orderId}, which has no row`);
        const before = row.version === 0 ? undefined : row;
        const { events, next } = fold(before, orderId, facts, clock.now());
        if (!next || events.length === 0) return [];
        const traceparent = telemetry.traceparent() ?? null;
        const expectedVersion = row.version;
        const append = { next, expectedVersion, events, correlationId, traceparent };
        const { kind } = await appendToStream(transaction, append);
        if (kind !== 'appended') continue;
        return events.map((event) => publish({ ...next, style }, correlationId, event));
      }
      throw new Error(`order ${orderId} changed ${MOST_RELOADS} times while it was written`);
    },
  };
}

function fold(
  before: Order | undefined,
  orderId: string,
  facts: readonly OrderFact[],
  now: number,
) {
  const events: OrderEvent[] = [];
  let next = before;
  for (const fact of facts) {
    if (!isNews(next, fact)) continue;
    // Clocks of several instances differ: time does not run backwards within a stream.
    const occurredAt = Math.max(now, next?.updatedAt ?? 0);
    const event = { ...fact, version: (next?.version ?? 0) + 1, occurredAt };
    next = evolve(next, orderId, event);
    events.push(event);
  }
  return { events, next };
}

function publish(
  { orderId, customerId, items, totalCents, currency, style }: Order & { style: SagaStyle },
  correlationId: string,
  event: OrderEvent,
): DomainEvent<OrderEventPayload> {
  return {
    id: `${orderId}/${event.version}`,
    type: event.type,
    version: 1,
    occurredAt: event.occurredAt,
    key: orderId,
    correlationId,
    payload: {
      orderId,
      orderVersion: event.version,
      customerId,
      items,
      totalCents,
      currency,
      style,
      ...('failure' in event.payload ? { failure: event.payload.failure } : {}),
    },
  };
}
