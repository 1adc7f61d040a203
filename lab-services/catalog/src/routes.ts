import { problem, type ServiceApp } from '@faultline/chassis';
import { z } from 'zod';
import type { ProductRepository } from './product-repository.ts';
import { productSchema, skuSchema } from './product.ts';

const SKUS_AT_ONCE = 100;

const listQuery = z.object({
  /** Comma-separated: only these, unknown ones are left out. Excludes paging. */
  skus: z
    .string()
    .transform((list) => list.split(','))
    .pipe(z.array(skuSchema).max(SKUS_AT_ONCE))
    .optional(),
  /** The last sku of the page before. */
  after: z.string().max(16).default(''),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

/** Registers the routes of the catalog. */
export function registerRoutes(app: ServiceApp, products: ProductRepository): void {
  app.get(
    '/products',
    {
      schema: {
        querystring: listQuery,
        response: { 200: z.object({ products: z.array(productSchema) }) },
      },
    },
    async ({ query: { skus, after, limit } }) => ({
      products: skus ? await products.findMany(skus) : await products.list({ after, limit }),
    }),
  );

  app.get(
    '/products/:sku',
    { schema: { params: z.object({ sku: skuSchema }), response: { 200: productSchema } } },
    async ({ params: { sku } }) => {
      const [product] = await products.findMany([sku]);
      if (!product) throw problem(404, 'product-not-found', `There is no product ${sku}.`);
      return product;
    },
  );
}
