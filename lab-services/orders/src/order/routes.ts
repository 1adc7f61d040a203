import {
  demandOwner,
  demandSight,
  maySee,
  problem,
  type Chassis,
  type ServiceApp,
} from '@faultline/chassis';
import { z } from 'zod';
import type { OrderRepository } from './order-repository.ts';
import { orderItemSchema, orderRequestSchema } from './order.ts';
import type { PlaceOrder } from './place-order.ts';
import type { Placement } from './placement.ts';

const orderSchema = z.object({
  orderId: z.string(),
  customerId: z.string(),
  state: z.enum(['pending', 'confirmed', 'failed']),
  items: z.array(orderItemSchema),
  totalCents: z.int(),
  currency: z.string(),
  failure: z.object({ step: z.string(), code: z.string(), detail: z.string() }).nullable(),
  createdAt: z.number(),
  updatedAt: z.number(),
  fulfilment: z.object({ stock: z.string(), payment: z.string(), shipment: z.string() }),
  /** Events of its stream so far. */
  version: z.int(),
});

const confirmedSchema = z.object({
  orderId: z.string(),
  state: z.literal('confirmed'),
  totalCents: z.int(),
});
const pendingSchema = z.object({ orderId: z.string(), state: z.literal('pending') });

/** A moment of the past: milliseconds since the Unix epoch, or ISO 8601 with a zone. */
const momentSchema = z.union([
  z.coerce.number().int().min(0).max(8_640_000_000_000_000),
  z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
]);

interface Parts {
  placeOrder: PlaceOrder;
  orders: OrderRepository;
  /** On whose behalf a service asks. */
  context: Chassis['context'];
}

/** Registers the routes of orders. */
export function registerOrderRoutes(app: ServiceApp, parts: Parts): void {
  registerPlacing(app, parts);
  registerReading(app, parts);
}

function registerPlacing(app: ServiceApp, { placeOrder, context }: Parts): void {
  app.post(
    '/orders',
    {
      schema: {
        headers: z.object({ 'idempotency-key': z.string().min(1).max(200) }),
        body: orderRequestSchema,
        response: { 201: confirmedSchema, 202: pendingSchema },
      },
    },
    async ({ headers, body }, reply) => {
      demandOwner(context(), body.customerId);
      const placement = await placeOrder(body, headers['idempotency-key']);
      switch (placement.kind) {
        case 'confirmed': {
          const { orderId, totalCents } = placement;
          return reply.status(201).send({ orderId, state: 'confirmed', totalCents });
        }
        case 'pending': {
          const { orderId } = placement;
          reply.header('location', `/orders/${orderId}`);
          return reply.status(202).send({ orderId, state: 'pending' });
        }
        case 'failed':
        case 'key-reused':
        case 'unknown-product':
        case 'unavailable':
          throw refusal(placement);
      }
    },
  );
}

function registerReading(app: ServiceApp, { orders, context }: Parts): void {
  app.get(
    '/orders/:orderId',
    {
      schema: {
        params: z.object({ orderId: z.string().min(1).max(64) }),
        querystring: z.object({ at: momentSchema.optional() }),
        response: { 200: orderSchema },
      },
    },
    async ({ params: { orderId }, query: { at } }) => {
      const order = await (at === undefined ? orders.find(orderId) : orders.findAt(orderId, at));
      if (order && maySee(context(), order.customerId)) return order;
      const then = at === undefined ? 'is' : `was, at ${new Date(at).toISOString()},`;
      throw problem(404, 'order-not-found', `There ${then} no order ${orderId}.`);
    },
  );

  app.get(
    '/orders',
    {
      schema: {
        querystring: z.object({
          customerId: orderRequestSchema.shape.customerId,
          limit: z.coerce.number().int().min(1).max(100).default(20),
        }),
        response: { 200: z.object({ orders: z.array(orderSchema) }) },
      },
    },
    async ({ query: { customerId, limit } }) => {
      demandSight(context(), customerId);
      return { orders: await orders.list(customerId, limit) };
    },
  );
}

/** Codes that are the customer's business. */
const STATUS_OF_FAILURE: Readonly<Record<string, number>> = {
  'insufficient-stock': 409,
  'parcel-too-large': 409,
  'payment-declined': 402,
  'product-unknown': 422,
};

/**
 * Everything else is 424 Failed Dependency (RFC 4918): this service works, one behind it does not.
 * A 5xx would say that this service failed and open the breakers of its callers, so that they
 * could not even read orders any more.
 */
const FAILED_DEPENDENCY = 424;

function refusal(placement: Exclude<Placement, { kind: 'confirmed' | 'pending' }>): Error {
  switch (placement.kind) {
    case 'failed': {
      const { code, detail } = placement.failure;
      return problem(STATUS_OF_FAILURE[code] ?? FAILED_DEPENDENCY, code, detail);
    }
    case 'key-reused':
      return problem(
        422,
        'idempotency-key-reused',
        'The Idempotency-Key belongs to an order of another customer or with other items.',
      );
    case 'unknown-product':
      return problem(422, 'product-unknown', `There is no product ${placement.sku}.`);
    case 'unavailable':
      return problem(FAILED_DEPENDENCY, 'catalog-unavailable', placement.detail);
  }
}
