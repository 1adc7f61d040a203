import { readPayload, type DomainEvent } from '@faultline/chassis';
import { z } from 'zod';
import { shipmentSchema, type ShipOutcome } from './shipment.ts';

/** Topic of what happens to parcels, keyed by order id. */
export const SHIPPING_EVENTS_TOPIC = 'shipping.events';

/** What an event of another service asks of the shipping. */
export type ParcelRequest =
  { kind: 'ship'; orderId: string; units: number } | { kind: 'cancel'; orderId: string };

const orderSchema = shipmentSchema.pick({ orderId: true });
const paidSchema = orderSchema.extend({
  items: z
    .array(z.object({ quantity: z.int().min(1).max(1_000_000) }))
    .min(1)
    .max(50),
});

/**
 * Reads `event`; undefined if it asks nothing of the shipping. A cancelled order is undone from its
 * end: here first.
 *
 * @throws UnreadableEventError
 */
export function readParcelRequest(event: DomainEvent): ParcelRequest | undefined {
  switch (event.type) {
    case 'payment.completed': {
      const { orderId, items } = readPayload(event, paidSchema);
      const units = items.reduce((sum, { quantity }) => sum + quantity, 0);
      return { kind: 'ship', orderId, units };
    }
    case 'order.cancelled':
      return { kind: 'cancel', orderId: readPayload(event, orderSchema).orderId };
    default:
      return undefined;
  }
}

/** Type and payload of what there is to tell of an attempt to ship; undefined for nothing. */
export function tellOfShipment(
  orderId: string,
  outcome: ShipOutcome,
): { type: string; payload: object } | undefined {
  switch (outcome.kind) {
    case 'created': {
      const { trackingCode } = outcome.shipment;
      return { type: 'shipment.created', payload: { orderId, trackingCode } };
    }
    case 'refused': {
      const failure = { code: 'parcel-too-large', detail: outcome.detail };
      return { type: 'shipment.failed', payload: { orderId, failure } };
    }
    // The cancellation overtook it and was told of.
    case 'cancelled':
      return undefined;
  }
}
