import type { Link } from '@faultline/chassis';
import { z } from 'zod';
import { toPublicProblem } from './link-failure.ts';

/** What the public API takes for an order. */
export const orderRequestSchema = z.object({
  customerId: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
  items: z
    .array(
      z.object({
        sku: z.string().regex(/^P-\d{4}$/),
        quantity: z.int().min(1).max(1_000),
      }),
    )
    .min(1)
    .max(50),
});

/** An order as the public API shows it. */
export const orderSchema = z.object({
  orderId: z.string(),
  customerId: z.string(),
  state: z.enum(['pending', 'confirmed', 'failed']),
  items: z.array(
    z.object({
      sku: z.string(),
      quantity: z.int(),
      name: z.string(),
      unitPriceCents: z.int(),
    }),
  ),
  totalCents: z.int(),
  currency: z.string(),
  /** Why it failed; null unless it did. */
  failure: z.object({ code: z.string(), detail: z.string() }).nullable(),
  /** Milliseconds since the Unix epoch. */
  createdAt: z.number(),
  updatedAt: z.number(),
});

/** See {@link orderSchema}. */
export type Order = z.infer<typeof orderSchema>;

/** Answer to an order that went through, at once or soon. */
export const placedSchema = z.object({
  orderId: z.string(),
  state: z.enum(['confirmed', 'pending']),
  totalCents: z.int().optional(),
});

/** See {@link placedSchema}. */
export type Placed = z.infer<typeof placedSchema>;

/** The orders of customers. Failures are thrown problems. */
export interface Orders {
  place(request: z.infer<typeof orderRequestSchema>, idempotencyKey: string): Promise<Placed>;
  find(orderId: string): Promise<Order>;
  list(customerId: string, limit: number): Promise<{ orders: Order[] }>;
}

/** Creates the orders over the link to the service of that name. */
export function createOrders(link: Link): Orders {
  async function ask<Body>(request: Parameters<typeof link.call<Body>>[0]): Promise<Body> {
    const outcome = await link.call<Body>(request);
    if (outcome.kind === 'refused' || outcome.kind === 'failed') {
      throw toPublicProblem('orders', outcome);
    }
    return outcome.body;
  }

  return {
    place: (body, idempotencyKey) =>
      ask({
        operation: 'place order',
        method: 'POST',
        path: '/orders',
        body,
        idempotencyKey,
        response: placedSchema,
      }),
    find: (orderId) =>
      ask({
        operation: 'get order',
        method: 'GET',
        path: `/orders/${encodeURIComponent(orderId)}`,
        response: orderSchema,
      }),
    list: (customerId, limit) =>
      ask({
        operation: 'list orders',
        method: 'GET',
        path: '/orders',
        query: { customerId, limit: String(limit) },
        response: z.object({ orders: z.array(orderSchema) }),
      }),
  };
}
