import type { ServiceApp } from '@faultline/chassis';
import { HEADER } from '@faultline/chassis/core';
import { z } from 'zod';
import {
  keyHeadersSchema,
  limitSchema,
  orderParamsSchema,
  pageQuerySchema,
  skuParamsSchema,
  USER,
  VISITOR,
  type Shop,
} from '../shop.ts';
import {
  fromOrderRequestV2,
  orderRequestV2Schema,
  orderV2Schema,
  placedV2Schema,
  productListV2Schema,
  productPageV2Schema,
  toOrderV2,
  toPlacedV2,
  toProductListV2,
  toProductPageV2,
} from './mapping.ts';

/** Registers version 2 of the public API: version 1 in other words, both ways. */
export function registerV2(app: ServiceApp, shop: Shop): void {
  registerProducts(app, shop);
  registerOrders(app, shop);
  app.post(
    '/v2/orders',
    {
      config: USER,
      schema: {
        headers: keyHeadersSchema,
        body: orderRequestV2Schema,
        response: { 201: placedV2Schema, 202: placedV2Schema },
      },
    },
    async ({ headers, body }, reply) => {
      const { key, placed } = shop.place(fromOrderRequestV2(body), headers[HEADER.idempotencyKey]);
      reply.header(HEADER.idempotencyKey, key);
      const answer = toPlacedV2(await placed);
      reply.header('location', `/v2/orders/${answer.order_id}`);
      return reply.status(answer.status === 'confirmed' ? 201 : 202).send(answer);
    },
  );
}

function registerProducts(app: ServiceApp, shop: Shop): void {
  app.get(
    '/v2/products',
    {
      config: VISITOR,
      schema: { querystring: pageQuerySchema, response: { 200: productListV2Schema } },
    },
    async ({ query }) => toProductListV2(await shop.products(query), query.limit),
  );

  app.get(
    '/v2/products/:sku',
    {
      config: VISITOR,
      schema: { params: skuParamsSchema, response: { 200: productPageV2Schema } },
    },
    async ({ params }) => toProductPageV2(await shop.product(params.sku)),
  );
}

function registerOrders(app: ServiceApp, shop: Shop): void {
  app.get(
    '/v2/orders/:orderId',
    { config: USER, schema: { params: orderParamsSchema, response: { 200: orderV2Schema } } },
    async ({ params }) => toOrderV2(await shop.order(params.orderId)),
  );

  app.get(
    '/v2/orders',
    {
      config: USER,
      schema: {
        querystring: z.object({
          customer_id: orderRequestV2Schema.shape.customer_id,
          limit: limitSchema,
        }),
        response: { 200: z.object({ items: z.array(orderV2Schema) }) },
      },
    },
    async ({ query }) => ({
      items: (await shop.orders(query.customer_id, query.limit)).map(toOrderV2),
    }),
  );
}
