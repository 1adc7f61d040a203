import { readPayload, type DomainEvent } from '@faultline/chassis';
import { z } from 'zod';

/** What there is to learn from a confirmed order. */
export interface Purchase {
  customerId: string;
  /** Each once, in ascending order. */
  skus: readonly string[];
}

export const skuSchema = z.string().regex(/^[A-Za-z0-9-]{1,32}$/);
export const customerIdSchema = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);

const payloadSchema = z.object({
  customerId: customerIdSchema,
  items: z.array(z.object({ sku: skuSchema })).max(50),
});

/**
 * The purchase that an event tells of; undefined if it tells of none.
 *
 * @throws UnreadableEventError
 */
export function readPurchase(event: DomainEvent): Purchase | undefined {
  if (event.type !== 'order.confirmed') return undefined;
  const { customerId, items } = readPayload(event, payloadSchema);
  return { customerId, skus: [...new Set(items.map(({ sku }) => sku))].sort() };
}
