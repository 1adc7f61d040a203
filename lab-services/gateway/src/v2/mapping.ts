import { z } from 'zod';
import type { Order, OrderRequest, Placed } from '../orders.ts';
import type { Product, ProductPage } from '../products.ts';

/** Version 2 of the public API: snake case, money with its currency, times as ISO 8601. */
const moneySchema = z.object({ amount: z.string(), currency: z.string() });

export const productV2Schema = z.object({
  sku: z.string(),
  title: z.string(),
  description: z.string(),
  price: moneySchema,
});
export const productListV2Schema = z.object({
  items: z.array(productV2Schema),
  meta: z.object({ stale: z.boolean(), next_after: z.string().nullable() }),
});
export const productPageV2Schema = z.object({
  product: productV2Schema,
  availability: z.object({
    status: z.enum(['available', 'sold_out', 'unknown']),
    quantity: z.int().nullable(),
  }),
  related: z.object({ basis: z.string(), skus: z.array(z.string()) }),
  meta: z.object({ stale: z.boolean(), missing: z.array(z.string()) }),
});
export const orderV2Schema = z.object({
  order_id: z.string(),
  customer_id: z.string(),
  status: z.enum(['pending', 'confirmed', 'failed']),
  lines: z.array(
    z.object({ sku: z.string(), title: z.string(), quantity: z.int(), unit_price: moneySchema }),
  ),
  total: moneySchema,
  failure: z.object({ code: z.string(), detail: z.string() }).nullable(),
  placed_at: z.string(),
  updated_at: z.string(),
});
export const placedV2Schema = z.object({
  order_id: z.string(),
  status: z.enum(['confirmed', 'pending']),
  /** Null while it is pending. */
  total: moneySchema.nullable(),
});
export const orderRequestV2Schema = z.object({
  customer_id: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/)
    .optional(),
  lines: z
    .array(z.object({ sku: z.string().regex(/^P-\d{4}$/), quantity: z.int().min(1).max(1_000) }))
    .min(1)
    .max(50),
  fulfilment: z.enum(['orchestrated', 'choreographed']).optional(),
});

/** What this shop sells in. */
const CURRENCY = 'EUR';

/** 4905 cents are `{amount: '49.05', currency}`. */
export function toMoney(cents: number, currency: string): z.infer<typeof moneySchema> {
  const digits = String(Math.abs(cents)).padStart(3, '0');
  const sign = cents < 0 ? '-' : '';
  return { amount: `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`, currency };
}

export function toProductV2(product: Product): z.infer<typeof productV2Schema> {
  const { sku, name, description, priceCents, currency } = product;
  return { sku, title: name, description, price: toMoney(priceCents, currency) };
}

export function toProductListV2(
  { products, stale }: { products: Product[]; stale: boolean },
  limit: number,
): z.infer<typeof productListV2Schema> {
  const next = products.length === limit ? (products.at(-1)?.sku ?? null) : null;
  return { items: products.map(toProductV2), meta: { stale, next_after: next } };
}

export function toProductPageV2(page: ProductPage): z.infer<typeof productPageV2Schema> {
  const { stock, recommendations, stale, missing } = page;
  return {
    product: toProductV2(page),
    availability: {
      status: stock.state === 'sold-out' ? 'sold_out' : stock.state,
      quantity: stock.available,
    },
    related: recommendations,
    meta: { stale, missing },
  };
}

/** Back to what the shop understands. */
export function fromOrderRequestV2(request: z.infer<typeof orderRequestV2Schema>): OrderRequest {
  const { customer_id: customerId, lines: items, fulfilment } = request;
  return { items, ...(customerId ? { customerId } : {}), ...(fulfilment ? { fulfilment } : {}) };
}

export function toPlacedV2({ orderId, state, totalCents }: Placed): z.infer<typeof placedV2Schema> {
  const total = totalCents === undefined ? null : toMoney(totalCents, CURRENCY);
  return { order_id: orderId, status: state, total };
}

export function toOrderV2(order: Order): z.infer<typeof orderV2Schema> {
  return {
    order_id: order.orderId,
    customer_id: order.customerId,
    status: order.state,
    lines: order.items.map(({ sku, name, quantity, unitPriceCents }) => ({
      sku,
      title: name,
      quantity,
      unit_price: toMoney(unitPriceCents, order.currency),
    })),
    total: toMoney(order.totalCents, order.currency),
    failure: order.failure,
    placed_at: new Date(order.createdAt).toISOString(),
    updated_at: new Date(order.updatedAt).toISOString(),
  };
}
