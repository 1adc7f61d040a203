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
import { readStockRequest, tellOfReservation, type StockRequest } from './fulfilment-events.ts';
import type { ReservationRepository } from './reservation-repository.ts';

/** What the consumer needs. */
export interface FulfilmentConsumerOptions {
  chassis: Pick<Chassis, 'clock' | 'database' | 'ids'>;
  inbox: Inbox;
  outbox: Pick<Outbox, 'append'>;
  reservations: ReservationRepository;
  events: Events;
}

/**
 * The inventory's part in choreographed orders: reserves when an order was created, releases when
 * its money was refused or given back. The mark that an event was processed, its effect and the
 * event that tells of it are one transaction: after a crash all of them are there, or none.
 */
export function createFulfilmentConsumer(options: FulfilmentConsumerOptions): ConsumerDefinition {
  const { chassis, inbox } = options;
  return {
    topic: ['orders.events', 'payments.events'],
    group: 'inventory',
    types: ['order.created', 'payment.failed', 'payment.refunded'],
    isTransient: isTransientError,
    async handle(event) {
      const request = readStockRequest(event);
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
  { chassis, outbox, reservations, events }: FulfilmentConsumerOptions,
  transaction: Transaction,
  { correlationId }: DomainEvent,
  request: StockRequest,
): Promise<() => void> {
  const tell = (orderId: string, { type, payload }: { type: string; payload: object }) =>
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
    case 'reserve': {
      const { orderId, items } = request.order;
      const outcome = await reservations.add(transaction, orderId, items);
      const told = tellOfReservation(request.order, outcome);
      if (told) await tell(orderId, told);
      return () => events.reservationAnswered(orderId, outcome);
    }
    case 'release': {
      const { orderId } = request;
      const { released } = await reservations.release(orderId, transaction);
      await tell(orderId, { type: 'stock.released', payload: { orderId, items: released } });
      return () => events.reservationReleased(orderId, released);
    }
  }
}
