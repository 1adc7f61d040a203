import { readPayload, type DomainEvent } from '@faultline/chassis';
import { z } from 'zod';

const itemSchema = z.object({
  sku: z.string().min(1).max(64),
  quantity: z.int().min(1).max(1_000_000),
  /** Absent in events from before they told names and prices. */
  name: z.string().max(500).optional(),
  unitPriceCents: z.int().min(1).optional(),
});

const failureSchema = z.object({ step: z.string(), code: z.string(), detail: z.string() });

const payloadSchema = z.object({
  orderId: z.string().min(1).max(64),
  orderVersion: z.int().min(1).optional(),
  customerId: z.string().min(1).max(64),
  items: z.array(itemSchema).min(1).max(1_000),
  totalCents: z.int().min(0),
  currency: z.string().length(3),
  failure: failureSchema.optional(),
});

/** What this service keeps of an event; all else in it is ignored. */
export type OrderPayload = z.infer<typeof payloadSchema>;

/** Events without which the history would be wrong; of others the service keeps what it can read. */
const ESSENTIAL = new Set(['order.created', 'order.confirmed', 'order.failed']);

/**
 * What is to be kept of `event`; undefined if it tells nothing of an order.
 *
 * @throws UnreadableEventError
 */
export function readOrderPayload(event: DomainEvent): OrderPayload | undefined {
  if (ESSENTIAL.has(event.type)) return readPayload(event, payloadSchema);
  return payloadSchema.safeParse(event.payload).data;
}
