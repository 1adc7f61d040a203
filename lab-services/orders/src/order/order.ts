import { z } from 'zod';
import { SAGA_STYLES, type SagaFailure } from '../saga/saga.ts';
import type { Fulfilment } from './order-state.ts';

const skuSchema = z.string().regex(/^P-\d{4}$/);

/** What a customer asks for. */
export const orderRequestSchema = z.object({
  customerId: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
  items: z
    .array(z.object({ sku: skuSchema, quantity: z.int().min(1).max(1_000) }))
    .min(1)
    .max(50),
  /** Absent: as the flag `choreographed-saga` says for the customer. */
  fulfilment: z.enum(SAGA_STYLES).optional(),
});

/** See {@link orderRequestSchema}. */
export type OrderRequest = z.infer<typeof orderRequestSchema>;

/** One product of an order, with its name and price at the time of ordering. */
export const orderItemSchema = z.object({
  sku: skuSchema,
  quantity: z.int().min(1),
  name: z.string(),
  unitPriceCents: z.int().min(1),
});

/** See {@link orderItemSchema}. */
export type OrderItem = z.infer<typeof orderItemSchema>;

/** An order, as it stands. */
export interface Order {
  orderId: string;
  customerId: string;
  state: 'pending' | 'confirmed' | 'failed';
  items: OrderItem[];
  totalCents: number;
  currency: string;
  /** Why it failed; null unless it did. */
  failure: SagaFailure | null;
  fulfilment: Fulfilment;
  /** Events of its stream so far. */
  version: number;
  /** Milliseconds since the Unix epoch. */
  createdAt: number;
  updatedAt: number;
}

/** A product's name and price. */
export interface Price {
  sku: string;
  name: string;
  priceCents: number;
  /** ISO 4217. */
  currency: string;
}

/** One line per sku, by ascending sku. */
export function normaliseLines(items: OrderRequest['items']): OrderRequest['items'] {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of items) {
    quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  }
  return [...quantities]
    .map(([sku, quantity]) => ({ sku, quantity }))
    .sort((a, b) => (a.sku < b.sku ? -1 : 1));
}

/** Puts prices on normalised lines; every sku must have one. */
export function priceLines(
  lines: OrderRequest['items'],
  prices: ReadonlyMap<string, Price>,
): { items: OrderItem[]; totalCents: number; currency: string } {
  let currency = 'EUR';
  const items = lines.map(({ sku, quantity }): OrderItem => {
    const price = prices.get(sku);
    if (!price) throw new Error(`no price for ${sku}`);
    currency = price.currency;
    return { sku, quantity, name: price.name, unitPriceCents: price.priceCents };
  });
  const totalCents = items.reduce((sum, item) => sum + item.quantity * item.unitPriceCents, 0);
  return { items, totalCents, currency };
}

/** Whether a repeated request asks for what the order already is. */
export function isSameRequest(order: Order, request: OrderRequest): boolean {
  const lines = normaliseLines(request.items);
  return (
    order.customerId === request.customerId &&
    order.items.length === lines.length &&
    lines.every(({ sku, quantity }, at) => {
      const item = order.items[at];
      return item?.sku === sku && item.quantity === quantity;
    })
  );
}
