import type { ServiceApp } from '@faultline/chassis';
import { HEADER } from '@faultline/chassis/core';
import { z } from 'zod';
import { orderRequestSchema, orderSchema, placedSchema } from './orders.ts';
import { productPageSchema, productSchema } from './products.ts';
import {
  keyHeadersSchema,
  orderParamsSchema,
  ordersQuerySchema,
  pageQuerySchema,
  skuParamsSchema,
  USER,
  VISITOR,
  type Shop,
} from './shop.ts';

/** Registers version 1 of the public API: the shop's own words. */
export function registerV1(app: ServiceApp, shop: Shop): void {
  registerProducts(app, shop);
  registerOrders(app, shop);
  app.post(
    '/v1/orders',
    {
      config: USER,
      schema: {
        headers: keyHeadersSchema,
        body: orderRequestSchema,
        response: { 201: placedSchema, 202: placedSchema },
      },
    },
    async ({ headers, body }, reply) => {
      const { key, placed } = shop.place(body, headers[HEADER.idempotencyKey]);
      reply.header(HEADER.idempotencyKey, key);
      const answer = await placed;
      reply.header('location', `/v1/orders/${answer.orderId}`);
      return reply.status(answer.state === 'confirmed' ? 201 : 202).send(answer);
    },
  );
}

function registerProducts(app: ServiceApp, shop: Shop): void {
  app.get(
    '/v1/products',
    {
      config: VISITOR,
      schema: {
        querystring: pageQuerySchema,
        response: { 200: z.object({ products: z.array(productSchema), stale: z.boolean() }) },
      },
    },
    ({ query }) => shop.products(query),
  );

  app.get(
    '/v1/products/:sku',
    {
      config: VISITOR,
      schema: { params: skuParamsSchema, response: { 200: productPageSchema } },
    },
    ({ params }) => shop.product(params.sku),
  );
}

function registerOrders(app: ServiceApp, shop: Shop): void {
  app.get(
    '/v1/orders/:orderId',
    { config: USER, schema: { params: orderParamsSchema, response: { 200: orderSchema } } },
    ({ params }) => shop.order(params.orderId),
  );

  app.get(
    '/v1/orders',
    {
      config: USER,
      schema: {
        querystring: ordersQuerySchema,
        response: { 200: z.object({ orders: z.array(orderSchema) }) },
      },
    },
    async ({ query }) => ({ orders: await shop.orders(query.customerId, query.limit) }),
  );
}
