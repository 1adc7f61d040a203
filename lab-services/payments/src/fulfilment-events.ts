import { readPayload, type DomainEvent } from '@faultline/chassis';
import { z } from 'zod';
import { chargeRequestSchema, type ChargeOutcome, type Refund } from './charge.ts';

/** Topic of what happens to the money of orders, keyed by order id. */
export const PAYMENT_EVENTS_TOPIC = 'payments.events';

/** What an event of another service asks of the payments. */
export type PaymentRequest =
  { kind: 'charge'; order: ReservedOrder } | { kind: 'refund'; orderId: string };

const orderSchema = chargeRequestSchema.pick({ orderId: true, currency: true }).extend({
  totalCents: chargeRequestSchema.shape.amountCents,
  /** Not read here, handed on to whoever ships them. */
  items: z.array(z.object({ sku: z.string().max(64), quantity: z.int().min(1) })).max(50),
});

/** The part of `stock.reserved` that is handed on along the chain of events. */
export type ReservedOrder = z.infer<typeof orderSchema>;

/**
 * Reads `event`; undefined if it asks nothing of the payments. Money is given back when the parcel
 * is known not to leave: shipping refused it, or called it back.
 *
 * @throws UnreadableEventError
 */
export function readPaymentRequest(event: DomainEvent): PaymentRequest | undefined {
  switch (event.type) {
    case 'stock.reserved':
      return { kind: 'charge', order: readPayload(event, orderSchema) };
    case 'shipment.failed':
    case 'shipment.cancelled': {
      const { orderId } = readPayload(event, orderSchema.pick({ orderId: true }));
      return { kind: 'refund', orderId };
    }
    default:
      return undefined;
  }
}

/** What there is to tell of an order. */
export interface Told {
  type: string;
  orderId: string;
  payload: object;
}

/** What there is to tell of an attempt to charge; undefined for nothing. */
export function tellOfCharge(order: ReservedOrder, outcome: ChargeOutcome): Told | undefined {
  // The refund overtook it and was told of.
  if (outcome.kind !== 'decided') return undefined;
  const { chargeId, state, declineReason } = outcome.charge;
  const { orderId } = order;
  if (state !== 'declined') {
    return { type: 'payment.completed', orderId, payload: { ...order, chargeId } };
  }
  const failure = { code: 'payment-declined', detail: declineReason ?? 'Declined.' };
  return { type: 'payment.failed', orderId, payload: { orderId, failure } };
}

/** What there is to tell of an order that could not be charged. */
export function tellOfUnavailability(orderId: string, detail: string): Told {
  const failure = { code: 'payment-unavailable', detail };
  return { type: 'payment.failed', orderId, payload: { orderId, failure } };
}

/** What there is to tell of a refund. */
export function tellOfRefund(refund: Refund): Told {
  return { type: 'payment.refunded', orderId: refund.orderId, payload: refund };
}
