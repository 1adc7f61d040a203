import type { Link } from '@faultline/chassis';
import { z } from 'zod';
import { toPublicProblem } from './link-failure.ts';

export const customerIdSchema = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);

/** What the public API takes for an order. */
export const orderRequestSchema = z.object({
  /** Who is logged in orders in their own name; only without a login it has to be said. */
  customerId: customerIdSchema.optional(),
  items: z
    .array(
      z.object({
        sku: z.string().regex(/^P-\d{4}$/),
        quantity: z.int().min(1).max(1_000),
      }),
    )
    .min(1)
    .max(50),
  /** Who leads the steps: orders, or events alone. Absent: as the flag of the customer says. */
  fulfilment: z.enum(['orchestrated', 'choreographed']).optional(),
});

/** See {@link orderRequestSchema}. */
export type OrderRequest = z.infer<typeof orderRequestSchema>;

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
  place(request: OrderRequest & { customerId: string }, idempotencyKey: string): Promise<Placed>;
  find(orderId: string): Promise<Order>;
  list(customerId: string, limit: number): Promise<{ orders: Order[] }>;
}

const orderListSchema = z.object({ orders: z.array(orderSchema) });

/**
 * Creates the orders over the link to the service of that name. Lists come from the history, made
 * to be read; while it is away the orders themselves are asked.
 */
export function createOrders(link: Link, history: Link): Orders {
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
    async list(customerId, limit) {
      const question = {
        operation: 'list orders',
        method: 'GET',
        path: '/orders',
        query: { customerId, limit: String(limit) },
        response: orderListSchema,
      } as const;
      const outcome = await history.call({ ...question, fallback: () => ask(question) });
      if (outcome.kind === 'refused' || outcome.kind === 'failed') {
        throw toPublicProblem('order-history', outcome);
      }
      return outcome.body;
    },
  };
}
