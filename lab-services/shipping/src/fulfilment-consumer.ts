import {
  isTransientError,
  type Chassis,
  type ConsumerDefinition,
  type DomainEvent,
  type Inbox,
  type Outbox,
  type Transaction,
} from '@faultline/chassis';
import type { Events } from './events.ts';
import { readParcelRequest, tellOfShipment, type ParcelRequest } from './fulfilment-events.ts';
import type { ShipmentRepository } from './shipment-repository.ts';

/** What the consumer needs. */
export interface FulfilmentConsumerOptions {
  chassis: Pick<Chassis, 'clock' | 'database' | 'ids'>;
  inbox: Inbox;
  outbox: Pick<Outbox, 'append'>;
  shipments: ShipmentRepository;
  events: Events;
  nextTrackingCode: () => string;
}

/**
 * The shipping's part in choreographed orders: ships what was paid for, calls back what was
 * cancelled. The mark that an event was processed, its effect and the event that tells of it are
 * one transaction: after a crash all of them are there, or none.
 */
export function createFulfilmentConsumer(options: FulfilmentConsumerOptions): ConsumerDefinition {
  const { chassis, inbox } = options;
  return {
    topic: ['payments.events', 'orders.events'],
    group: 'shipping',
    types: ['payment.completed', 'order.cancelled'],
    isTransient: isTransientError,
    async handle(event) {
      const request = readParcelRequest(event);
      if (!request) return;
      let report = () => {};
      await chassis.database.transaction((transaction) =>
        inbox.once(transaction, event, async () => {
          report = await react(options, transaction, event, request);
        }),
      );
      report();
    },
  };
}

/** @returns what to report when the transaction is committed */
async function react(
  { chassis, outbox, shipments, events, nextTrackingCode }: FulfilmentConsumerOptions,
  transaction: Transaction,
  { correlationId }: DomainEvent,
  request: ParcelRequest,
): Promise<() => void> {
  const { orderId } = request;
  const tell = ({ type, payload }: { type: string; payload: object }) =>
    outbox.append(transaction, [
      {
        id: chassis.ids.next(),
        type,
        version: 1,
        occurredAt: chassis.clock.now(),
        key: orderId,
        correlationId,
        payload,
      },
    ]);
  switch (request.kind) {
    case 'ship': {
      const { units } = request;
      const trackingCode = nextTrackingCode();
      const outcome = await shipments.send(transaction, { orderId, units, trackingCode });
      const told = tellOfShipment(orderId, outcome);
      if (told) await tell(told);
      return () => events.shipmentAnswered(orderId, outcome);
    }
    case 'cancel': {
      const shipment = await shipments.cancel(orderId, transaction);
      await tell({ type: 'shipment.cancelled', payload: { orderId } });
      return () => events.shipmentCancelled(shipment);
    }
  }
}
