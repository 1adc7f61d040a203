import {
  isTransientError,
  type Chassis,
  type ConsumerDefinition,
  type DomainEvent,
  type Inbox,
  type Outbox,
} from '@faultline/chassis';
import type { Charges } from './charges.ts';
import { OutcomeUnknownError } from './charge.ts';
import type { Events } from './events.ts';
import {
  readPaymentRequest,
  tellOfCharge,
  tellOfRefund,
  tellOfUnavailability,
  type PaymentRequest,
  type Told,
} from './fulfilment-events.ts';

/** What the consumer needs. */
export interface FulfilmentConsumerOptions {
  chassis: Pick<Chassis, 'clock' | 'database' | 'ids' | 'policy'>;
  inbox: Inbox;
  outbox: Pick<Outbox, 'append'>;
  charges: Charges;
  events: Events;
}

/** Attempts after which an order is given up whose charge never reached the card provider. */
const PATIENCE_ATTEMPTS = 3;

/**
 * The payments' part in choreographed orders: charges when stock was reserved, refunds when the
 * parcel does not leave. The card provider is asked outside of any transaction, under a key made of
 * the event, so whatever is delivered again finds the first outcome; the mark that the event was
 * processed and the event that tells of the outcome are one transaction.
 */
export function createFulfilmentConsumer(options: FulfilmentConsumerOptions): ConsumerDefinition {
  const { chassis, inbox } = options;
  return {
    topic: ['inventory.events', 'shipping.events'],
    group: 'payments',
    types: ['stock.reserved', 'shipment.failed', 'shipment.cancelled'],
    isTransient: isTransientError,
    async handle(event, { attempt }) {
      const request = readPaymentRequest(event);
      if (!request) return;
      const { told, report } = await react(options, event, request, attempt);
      const first = await chassis.database.transaction((transaction) =>
        inbox.once(transaction, event, async () => {
          if (told) await options.outbox.append(transaction, [toEvent(options, event, told)]);
        }),
      );
      if (first) report();
    },
  };
}

/** Takes effect; what there is to tell of it, and what to report when that is written down. */
async function react(
  { chassis, charges, events }: FulfilmentConsumerOptions,
  { id }: DomainEvent,
  request: PaymentRequest,
  attempt: number,
): Promise<{ told: Told | undefined; report: () => void }> {
  if (request.kind === 'refund') {
    const refund = await charges.refund(request.orderId);
    return { told: tellOfRefund(refund), report: () => events.refundAnswered(refund) };
  }
  const { orderId, totalCents: amountCents, currency } = request.order;
  // Without the inbox nothing keeps an event that comes again from a second charge.
  const guard = { idempotencyKey: `event-${id}`, once: chassis.policy('inbox').enabled };
  const charge = { orderId, amountCents, currency };
  const outcome = await charges.charge(charge, guard, chassis.ids.next());
  const report = () => events.chargeAnswered(orderId, outcome);
  if (outcome.kind !== 'not-charged') return { told: tellOfCharge(request.order, outcome), report };
  if (attempt < PATIENCE_ATTEMPTS) throw new OutcomeUnknownError(outcome.detail);
  // Bars the order first: nobody may charge it after the others were told that nobody will.
  await charges.refund(orderId);
  return { told: tellOfUnavailability(orderId, outcome.detail), report };
}

function toEvent(
  { chassis }: FulfilmentConsumerOptions,
  { correlationId }: DomainEvent,
  { type, orderId, payload }: Told,
): DomainEvent {
  const occurredAt = chassis.clock.now();
  return {
    id: chassis.ids.next(),
    type,
    version: 1,
    occurredAt,
    key: orderId,
    correlationId,
    payload,
  };
}
