import type { ServiceApp } from '@faultline/chassis';
import {
  ordersQuerySchema,
  pageQuerySchema,
  skuParamsSchema,
  USER,
  VISITOR,
  type Shop,
} from '../shop.ts';
import {
  mobileOrdersSchema,
  mobileProductSchema,
  mobileProductsSchema,
  toMobileOrders,
  toMobileProduct,
  toTile,
} from './mapping.ts';

/** Registers what the app on a phone asks for: small answers. */
export function registerMobile(app: ServiceApp, shop: Shop): void {
  app.get(
    '/mobile/products',
    {
      config: VISITOR,
      schema: { querystring: pageQuerySchema, response: { 200: mobileProductsSchema } },
    },
    async ({ query }) => ({ items: (await shop.products(query)).products.map(toTile) }),
  );

  app.get(
    '/mobile/products/:sku',
    {
      config: VISITOR,
      schema: { params: skuParamsSchema, response: { 200: mobileProductSchema } },
    },
    async ({ params }) => toMobileProduct(await shop.product(params.sku)),
  );

  app.get(
    '/mobile/orders',
    {
      config: USER,
      schema: { querystring: ordersQuerySchema, response: { 200: mobileOrdersSchema } },
    },
    async ({ query }) => toMobileOrders(await shop.orders(query.customerId, query.limit)),
  );
}
