import { z } from 'zod';
import type { Order } from '../orders.ts';
import type { Product, ProductPage } from '../products.ts';

/** What a shop window on a large screen shows at once. */
export const webProductSchema = z.object({
  sku: z.string(),
  name: z.string(),
  description: z.string(),
  price: z.string(),
  stock: z.object({
    state: z.enum(['available', 'sold-out', 'unknown']),
    label: z.string(),
    available: z.int().nullable(),
  }),
  recommendations: z.object({
    basis: z.string(),
    title: z.string(),
    products: z.array(z.object({ sku: z.string(), name: z.string(), price: z.string() })),
  }),
  stale: z.boolean(),
  missing: z.array(z.string()),
});

/** What a small screen on a slow line needs, and no more. */
export const mobileProductSchema = z.object({
  sku: z.string(),
  name: z.string(),
  price: z.string(),
  buyable: z.boolean(),
  more: z.array(z.string()),
});
export const mobileProductsSchema = z.object({
  items: z.array(z.object({ sku: z.string(), name: z.string(), price: z.string() })),
});
export const webOrdersSchema = z.object({
  orders: z.array(
    z.object({
      orderId: z.string(),
      state: z.enum(['pending', 'confirmed', 'failed']),
      headline: z.string(),
      total: z.string(),
      lines: z.array(z.object({ sku: z.string(), text: z.string() })),
      placedAt: z.number(),
    }),
  ),
});
export const mobileOrdersSchema = z.object({
  orders: z.array(z.object({ id: z.string(), state: z.string(), total: z.string() })),
});

/** From so many units on, nobody counts. */
const PLENTY = 100;
const MOBILE_MORE = 3;

const TITLES: Readonly<Record<ProductPage['recommendations']['basis'], string>> = {
  personal: 'For you',
  similar: 'Bought together',
  popular: 'Popular now',
  none: '',
};

/** 4905 cents are `49.05 EUR`. */
export function toPrice(cents: number, currency: string): string {
  return `${(cents / 100).toFixed(2)} ${currency}`;
}

/** @param recommended the products of `page.recommendations`, as far as they are known */
export function toWebProduct(
  page: ProductPage,
  recommended: readonly Product[],
): z.infer<typeof webProductSchema> {
  const { sku, name, description, stock, recommendations, stale, missing } = page;
  return {
    sku,
    name,
    description,
    price: toPrice(page.priceCents, page.currency),
    stock: { ...stock, label: labelOf(stock) },
    recommendations: {
      basis: recommendations.basis,
      title: TITLES[recommendations.basis],
      products: recommended.map(toTile),
    },
    stale,
    missing,
  };
}

export function toMobileProduct(page: ProductPage): z.infer<typeof mobileProductSchema> {
  return {
    ...toTile(page),
    buyable: page.stock.state !== 'sold-out',
    more: page.recommendations.skus.slice(0, MOBILE_MORE),
  };
}

export function toTile({ sku, name, priceCents, currency }: Product): {
  sku: string;
  name: string;
  price: string;
} {
  return { sku, name, price: toPrice(priceCents, currency) };
}

export function toWebOrders(orders: readonly Order[]): z.infer<typeof webOrdersSchema> {
  return {
    orders: orders.map(({ orderId, state, items, totalCents, currency, createdAt, failure }) => ({
      orderId,
      state,
      headline:
        state === 'failed' ? `Failed: ${failure?.code ?? 'unknown reason'}` : HEADLINES[state],
      total: toPrice(totalCents, currency),
      lines: items.map(({ sku, quantity, name }) => ({ sku, text: `${quantity} × ${name}` })),
      placedAt: createdAt,
    })),
  };
}

export function toMobileOrders(orders: readonly Order[]): z.infer<typeof mobileOrdersSchema> {
  return {
    orders: orders.map(({ orderId, state, totalCents, currency }) => ({
      id: orderId,
      state,
      total: toPrice(totalCents, currency),
    })),
  };
}

const HEADLINES = { pending: 'Under way', confirmed: 'Confirmed' } as const;

function labelOf({ state, available }: ProductPage['stock']): string {
  if (state !== 'available') return state === 'sold-out' ? 'Sold out' : 'In stock';
  return available === null || available >= PLENTY ? 'In stock' : `${available} left`;
}
