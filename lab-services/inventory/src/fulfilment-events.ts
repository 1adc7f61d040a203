import { readPayload, type DomainEvent } from '@faultline/chassis';
import { z } from 'zod';
import { itemSchema, type Item, type ReserveOutcome } from './reservation.ts';

/** Topic of what happens to stock that orders ask for, keyed by order id. */
export const INVENTORY_EVENTS_TOPIC = 'inventory.events';

/** What an event of another service asks of the inventory. */
export type StockRequest =
  { kind: 'reserve'; order: OrderedGoods } | { kind: 'release'; orderId: string };

/** The part of `order.created` that is handed on along the chain of events. */
export interface OrderedGoods {
  orderId: string;
  items: Item[];
  totalCents: number;
  currency: string;
}

const orderSchema = z.object({ orderId: z.string().min(1).max(64) });
const styleSchema = z.object({ style: z.string().default('orchestrated') });
const goodsSchema = orderSchema.extend({
  items: z.array(itemSchema).min(1).max(50),
  totalCents: z.int().min(1),
  currency: z.string().regex(/^[A-Z]{3}$/),
});

/**
 * Reads `event`; undefined if it asks nothing of the inventory. Stock is given back when its money
 * is: payments says that it was refused, or that it was given back.
 *
 * @throws UnreadableEventError
 */
export function readStockRequest(event: DomainEvent): StockRequest | undefined {
  switch (event.type) {
    case 'order.created':
      return readPayload(event, styleSchema).style === 'choreographed'
        ? { kind: 'reserve', order: readPayload(event, goodsSchema) }
        : undefined;
    case 'payment.failed':
    case 'payment.refunded':
      return { kind: 'release', orderId: readPayload(event, orderSchema).orderId };
    default:
      return undefined;
  }
}

/** Type and payload of what there is to tell of an attempt to reserve; undefined for nothing. */
export function tellOfReservation(
  order: OrderedGoods,
  outcome: ReserveOutcome,
): { type: string; payload: object } | undefined {
  const { orderId } = order;
  switch (outcome.kind) {
    case 'reserved':
      return { type: 'stock.reserved', payload: order };
    case 'insufficient': {
      const { sku, requested, available } = outcome;
      const detail = `${requested} of ${sku} are asked for, ${available} are left.`;
      return {
        type: 'stock.rejected',
        payload: { orderId, failure: { code: 'insufficient-stock', detail } },
      };
    }
    case 'unknown-sku': {
      const detail = `The inventory does not hold ${outcome.sku}.`;
      return {
        type: 'stock.rejected',
        payload: { orderId, failure: { code: 'product-unknown', detail } },
      };
    }
    // The release overtook it and was told of.
    case 'released':
    case 'differs':
      return undefined;
  }
}
