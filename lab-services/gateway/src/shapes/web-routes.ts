import type { ServiceApp } from '@faultline/chassis';
import { ordersQuerySchema, skuParamsSchema, USER, VISITOR, type Shop } from '../shop.ts';
import { toWebOrders, toWebProduct, webOrdersSchema, webProductSchema } from './mapping.ts';

/** Registers what the web shop is made of: one request for one screen. */
export function registerWeb(app: ServiceApp, shop: Shop): void {
  app.get(
    '/web/products/:sku',
    { config: VISITOR, schema: { params: skuParamsSchema, response: { 200: webProductSchema } } },
    async ({ params }) => {
      const page = await shop.product(params.sku);
      return toWebProduct(page, await shop.productsAmong(page.recommendations.skus));
    },
  );

  app.get(
    '/web/orders',
    {
      config: USER,
      schema: { querystring: ordersQuerySchema, response: { 200: webOrdersSchema } },
    },
    async ({ query }) => toWebOrders(await shop.orders(query.customerId, query.limit)),
  );
}
