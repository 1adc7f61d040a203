import type { Random } from '@faultline/chassis/core';

/** What a customer holds in their hands; each has paths and words of its own. */
export const FRONTS = ['v1', 'v2', 'web', 'mobile'] as const;
/** See {@link FRONTS}. */
export type Front = (typeof FRONTS)[number];

/** Relative weights, in the order of {@link FRONTS}. */
const WEIGHTS = [4, 2, 3, 2] as const;
const SUM = WEIGHTS.reduce((sum, weight) => sum + weight, 0);

/** Draws a front; one draw, always. */
export function drawFront(random: Random): Front {
  let left = random.next() * SUM;
  for (const [index, front] of FRONTS.entries()) {
    left -= WEIGHTS[index] ?? 0;
    if (left < 0) return front;
  }
  return 'v1';
}

/** Where the list of products is; the web shop has no list of its own. */
export function productsPath(front: Front): string {
  return `/${front === 'web' ? 'v1' : front}/products`;
}

/** Where the page of a product is. */
export function productPath(front: Front, sku: string): string {
  return `/${front}/products/${sku}`;
}

/** Where a customer's orders are, and how they are asked for. */
export function ordersOf(front: Front, customerId: string) {
  const limit = '10';
  const query: Record<string, string> =
    front === 'v2' ? { customer_id: customerId, limit } : { customerId, limit };
  return { path: `/${front}/orders`, query };
}

/** How an order is placed: version 2 in its own words, all others in those of version 1. */
export function placing(
  front: Front,
  customerId: string,
  items: readonly { sku: string; quantity: number }[],
) {
  return front === 'v2'
    ? { path: '/v2/orders', body: { customer_id: customerId, lines: items } }
    : { path: '/v1/orders', body: { customerId, items } };
}
