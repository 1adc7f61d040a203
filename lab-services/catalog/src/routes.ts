import { problem, type ServiceApp } from '@faultline/chassis';
import { z } from 'zod';
import { productChangeSchema, type ProductChanges } from './change-product.ts';
import type { ProductRepository } from './product-repository.ts';
import { stockSchema, type StockFeed } from './live-stock.ts';
import { productSchema, skuSchema, type Product } from './product.ts';

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

/** A product with what the inventory tells of it at this moment. */
const offerSchema = productSchema.extend({ stock: stockSchema.nullable() });

/** Registers the routes of the catalog. */
export function registerRoutes(
  app: ServiceApp,
  products: ProductRepository,
  stock: Pick<StockFeed, 'of'>,
): void {
  const offer = (product: Product) => ({ ...product, stock: stock.of(product.sku) });
  app.get(
    '/products',
    {
      schema: {
        querystring: listQuery,
        response: { 200: z.object({ products: z.array(offerSchema) }) },
      },
    },
    async ({ query: { skus, after, limit } }) => {
      const found = skus ? await products.findMany(skus) : await products.list({ after, limit });
      return { products: found.map(offer) };
    },
  );

  app.get(
    '/products/:sku',
    { schema: { params: z.object({ sku: skuSchema }), response: { 200: offerSchema } } },
    async ({ params: { sku } }) => {
      const [product] = await products.findMany([sku]);
      if (!product) throw problem(404, 'product-not-found', `There is no product ${sku}.`);
      return offer(product);
    },
  );
}

/** Registers the routes that change products: for whoever holds the lab's token. */
export function registerChangeRoutes(app: ServiceApp, changes: ProductChanges): void {
  app.patch(
    '/internal/products/:sku',
    {
      schema: {
        params: z.object({ sku: skuSchema }),
        body: productChangeSchema,
        response: { 200: productSchema },
      },
    },
    async ({ params: { sku }, body }) => {
      const product = await changes.change(sku, body);
      if (!product) throw problem(404, 'product-not-found', `There is no product ${sku}.`);
      return product;
    },
  );

  app.post('/internal/products/announce', async () => ({ announced: await changes.announceAll() }));
}
