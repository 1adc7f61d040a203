import type { DomainEvent } from '@faultline/chassis';
import type { Clock, IdSource } from '@faultline/chassis/core';
import type { SagaRecord } from '../saga/saga-record.ts';
import type { SagaFailure } from '../saga/saga.ts';

/** Topic of everything that happens to orders, keyed by order id. */
export const ORDER_EVENTS_TOPIC = 'orders.events';

/** Payload of every event of version 1; readers ignore fields they do not know. */
export interface OrderEventPayload {
  orderId: string;
  customerId: string;
  items: { sku: string; quantity: number }[];
  totalCents: number;
  currency: string;
  /** Only of `order.failed`. */
  failure?: SagaFailure;
}

/** Makes the events that other services learn of orders by. */
export interface OrderEvents {
  created(record: SagaRecord): DomainEvent<OrderEventPayload>;
  confirmed(record: SagaRecord): DomainEvent<OrderEventPayload>;
  failed(record: SagaRecord, failure: SagaFailure): DomainEvent<OrderEventPayload>;
}

/** Creates the maker of order events. */
export function createOrderEvents({ ids, clock }: { ids: IdSource; clock: Clock }): OrderEvents {
  function make(
    type: string,
    record: SagaRecord,
    failure?: SagaFailure,
  ): DomainEvent<OrderEventPayload> {
    const { orderId, customerId, items, totalCents, currency, correlationId } = record;
    return {
      id: ids.next(),
      type,
      version: 1,
      occurredAt: clock.now(),
      key: orderId,
      correlationId,
      payload: {
        orderId,
        customerId,
        items: items.map(({ sku, quantity }) => ({ sku, quantity })),
        totalCents,
        currency,
        ...(failure ? { failure } : {}),
      },
    };
  }
  return {
    created: (record) => make('order.created', record),
    confirmed: (record) => make('order.confirmed', record),
    failed: (record, failure) => make('order.failed', record, failure),
  };
}
