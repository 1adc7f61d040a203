import type { ServiceApp } from '@faultline/chassis';
import { HEADER } from '@faultline/chassis/core';
import { z } from 'zod';
import { orderRequestSchema, orderSchema, placedSchema, type Orders } from './orders.ts';
import { productSchema, skuSchema, stockSchema, type Products } from './products.ts';

interface Parts {
  products: Products;
  orders: Orders;
  /** Makes the idempotency key of a client that sent none. */
  nextId: () => string;
}

/** Registers the public API, version 1. */
export function registerRoutes(app: ServiceApp, parts: Parts): void {
  registerProducts(app, parts);
  registerPlacing(app, parts);
  registerHistory(app, parts);
}

function registerProducts(app: ServiceApp, { products }: Parts): void {
  app.get(
    '/v1/products',
    {
      schema: {
        querystring: z.object({
          /** The last sku of the page before. */
          after: z.string().max(16).default(''),
          limit: z.coerce.number().int().min(1).max(100).default(50),
        }),
        response: { 200: z.object({ products: z.array(productSchema), stale: z.boolean() }) },
      },
    },
    ({ query }) => products.list(query),
  );

  app.get(
    '/v1/products/:sku',
    {
      schema: {
        params: z.object({ sku: skuSchema }),
        response: { 200: productSchema.extend({ stale: z.boolean(), stock: stockSchema }) },
      },
    },
    ({ params }) => products.page(params.sku),
  );
}

function registerPlacing(app: ServiceApp, { orders, nextId }: Parts): void {
  app.post(
    '/v1/orders',
    {
      schema: {
        headers: z.object({ 'idempotency-key': z.string().min(1).max(200).optional() }),
        body: orderRequestSchema,
        response: { 201: placedSchema, 202: placedSchema },
      },
    },
    async ({ headers, body }, reply) => {
      const key = headers['idempotency-key'] ?? nextId();
      // Told whatever the answer: who got none, or an error, can ask again without ordering twice.
      reply.header(HEADER.idempotencyKey, key);
      const placed = await orders.place(body, key);
      reply.header('location', `/v1/orders/${placed.orderId}`);
      return reply.status(placed.state === 'confirmed' ? 201 : 202).send(placed);
    },
  );
}

function registerHistory(app: ServiceApp, { orders }: Parts): void {
  app.get(
    '/v1/orders/:orderId',
    {
      schema: {
        params: z.object({ orderId: z.string().min(1).max(64) }),
        response: { 200: orderSchema },
      },
    },
    ({ params }) => orders.find(params.orderId),
  );

  app.get(
    '/v1/orders',
    {
      schema: {
        querystring: z.object({
          customerId: orderRequestSchema.shape.customerId,
          limit: z.coerce.number().int().min(1).max(100).default(20),
        }),
        response: { 200: z.object({ orders: z.array(orderSchema) }) },
      },
    },
    ({ query }) => orders.list(query.customerId, query.limit),
  );
}
