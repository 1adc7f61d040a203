import { demandSight, maySee, problem, type Chassis, type ServiceApp } from '@faultline/chassis';
import { z } from 'zod';
import type { ProjectionStatus } from './projection/generations.ts';
import type { Cursor, Reads } from './reads.ts';

const failureSchema = z.object({ step: z.string(), code: z.string(), detail: z.string() });
const orderSchema = z.object({
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
  failure: failureSchema.nullable(),
  createdAt: z.number(),
  updatedAt: z.number(),
  fulfilment: z.object({ stock: z.string(), payment: z.string(), shipment: z.string() }),
  version: z.int(),
});
const timelineSchema = z.object({
  occurredAt: z.number(),
  type: z.string(),
  orderVersion: z.int().nullable(),
  position: z.int(),
  eventId: z.string(),
  correlationId: z.string(),
  traceId: z.string().nullable(),
  failure: failureSchema.nullable(),
});
/** How old an answer may be. */
const freshness = { asOf: z.number(), lagEvents: z.int() };

const customerIdSchema = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);
const limitSchema = z.coerce.number().int().min(1).max(100).default(20);
/** `next` of the page before, or milliseconds since the Unix epoch. */
const beforeSchema = z
  .string()
  .regex(/^\d{1,15}(:[^\s]{1,64})?$/)
  .transform((text): Cursor => {
    const [createdAt, orderId = ''] = text.split(/:(.*)/s);
    // Without an order id the page begins with what is older than the moment.
    return { createdAt: Number(createdAt), orderId: orderId || '\u{10ffff}' };
  });

interface Parts {
  reads: Reads;
  status: () => Promise<ProjectionStatus>;
  /** On whose behalf a service asks. */
  context: Chassis['context'];
}

/** Registers the routes that answer from the projection. */
export function registerRoutes(app: ServiceApp, { reads, status, context }: Parts): void {
  const fresh = async () => {
    const { asOf, lagEvents } = await status();
    return { asOf, lagEvents };
  };
  registerOrderRoutes(app, reads, fresh, context);
  registerSumRoutes(app, reads, fresh, context);
}

type Fresh = () => Promise<{ asOf: number; lagEvents: number }>;

function registerOrderRoutes(
  app: ServiceApp,
  reads: Reads,
  fresh: Fresh,
  context: Chassis['context'],
): void {
  app.get(
    '/orders',
    {
      schema: {
        querystring: z.object({
          customerId: customerIdSchema,
          limit: limitSchema,
          before: beforeSchema.optional(),
        }),
        response: {
          200: z.object({
            orders: z.array(orderSchema),
            next: z.string().nullable(),
            ...freshness,
          }),
        },
      },
    },
    async ({ query: { customerId, limit, before } }) => {
      demandSight(context(), customerId);
      const age = await fresh();
      const orders = await reads.orders(customerId, limit, before);
      const last = orders.length === limit ? orders.at(-1) : undefined;
      return { orders, next: last ? `${last.createdAt}:${last.orderId}` : null, ...age };
    },
  );

  app.get(
    '/orders/:orderId/timeline',
    {
      schema: {
        params: z.object({ orderId: z.string().min(1).max(64) }),
        response: {
          200: z.object({ order: orderSchema, timeline: z.array(timelineSchema), ...freshness }),
        },
      },
    },
    async ({ params: { orderId } }) => {
      const age = await fresh();
      const order = await reads.order(orderId);
      if (!order || !maySee(context(), order.customerId)) {
        const detail = `There is no order ${orderId} in the history yet (${age.lagEvents} events behind).`;
        throw problem(404, 'order-not-found', detail);
      }
      return { order, timeline: order.timeline, ...age };
    },
  );
}

function registerSumRoutes(
  app: ServiceApp,
  reads: Reads,
  fresh: Fresh,
  context: Chassis['context'],
): void {
  app.get(
    '/customers/:customerId/summary',
    {
      schema: {
        params: z.object({ customerId: customerIdSchema }),
        response: {
          200: z.object({
            customerId: z.string(),
            orders: z.int(),
            confirmed: z.int(),
            failed: z.int(),
            pending: z.int(),
            confirmedCents: z.int(),
            lastOrderAt: z.number().nullable(),
            ...freshness,
          }),
        },
      },
    },
    async ({ params: { customerId } }) => {
      demandSight(context(), customerId);
      const age = await fresh();
      return { ...(await reads.summary(customerId)), ...age };
    },
  );

  app.get(
    '/best-sellers',
    {
      schema: {
        querystring: z.object({ limit: limitSchema }),
        response: {
          200: z.object({
            products: z.array(z.object({ sku: z.string(), units: z.int(), revenueCents: z.int() })),
            ...freshness,
          }),
        },
      },
    },
    async ({ query: { limit } }) => {
      const age = await fresh();
      return { products: await reads.bestSellers(limit), ...age };
    },
  );
}
