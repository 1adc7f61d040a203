import type { Link } from '@faultline/chassis';
import { z } from 'zod';
import { createBoundedCache } from './bounded-cache.ts';
import { toPublicProblem } from './link-failure.ts';

export const skuSchema = z.string().regex(/^P-\d{4}$/);

/** A product as the public API shows it. */
export const productSchema = z.object({
  sku: skuSchema,
  name: z.string(),
  description: z.string(),
  priceCents: z.int(),
  currency: z.string(),
});

/** See {@link productSchema}. */
export type Product = z.infer<typeof productSchema>;

/** How many are left; `unknown` is an optimistic answer: the shop would sell it. */
export const stockSchema = z.object({
  state: z.enum(['available', 'sold-out', 'unknown']),
  available: z.int().nullable(),
});

/** See {@link stockSchema}. */
export type Stock = z.infer<typeof stockSchema>;

/** Pages about products, put together from catalog and inventory. Failures are thrown problems. */
export interface Products {
  list(page: {
    after: string;
    limit: number;
  }): Promise<{ products: Product[]; /** Remembered: the catalog is away. */ stale: boolean }>;
  page(sku: string): Promise<Product & { stale: boolean; stock: Stock }>;
}

const REMEMBERED_PRODUCTS = 1_000;
const REMEMBERED_PAGES = 100;

const pageSchema = z.object({ products: z.array(productSchema) });
const stockAnswerSchema = z.object({
  stock: z.array(z.object({ sku: z.string(), available: z.int() })),
});

/** Creates the pages over the links to catalog and inventory. */
export function createProducts(catalog: Link, inventory: Link): Products {
  const products = createBoundedCache<Product>(REMEMBERED_PRODUCTS);
  const pages = createBoundedCache<{ products: Product[] }>(REMEMBERED_PAGES);

  async function findProduct(sku: string): Promise<Product & { stale: boolean }> {
    const outcome = await catalog.call({
      operation: 'get product',
      method: 'GET',
      path: `/products/${encodeURIComponent(sku)}`,
      response: productSchema,
      fallback: () => products.get(sku),
    });
    if (outcome.kind === 'refused' || outcome.kind === 'failed') {
      throw toPublicProblem('catalog', outcome);
    }
    if (outcome.kind === 'ok') products.set(sku, outcome.body);
    return { ...outcome.body, stale: outcome.kind === 'fallback' };
  }

  async function findStock(sku: string): Promise<Stock> {
    const outcome = await inventory.call({
      operation: 'get stock',
      method: 'GET',
      path: '/stock',
      query: { skus: sku },
      response: stockAnswerSchema,
      fallback: () => ({ stock: [] }),
    });
    if (outcome.kind === 'refused' || outcome.kind === 'failed') {
      throw toPublicProblem('inventory', outcome);
    }
    const [line] = outcome.body.stock;
    if (!line) return { state: 'unknown', available: null };
    return { state: line.available > 0 ? 'available' : 'sold-out', available: line.available };
  }

  return {
    async list({ after, limit }) {
      const key = `${after} ${limit}`;
      const outcome = await catalog.call({
        operation: 'list products',
        method: 'GET',
        path: '/products',
        query: { after, limit: String(limit) },
        response: pageSchema,
        fallback: () => pages.get(key),
      });
      if (outcome.kind === 'refused' || outcome.kind === 'failed') {
        throw toPublicProblem('catalog', outcome);
      }
      if (outcome.kind === 'ok') pages.set(key, outcome.body);
      return { ...outcome.body, stale: outcome.kind === 'fallback' };
    },
    async page(sku) {
      const [product, stock] = await Promise.all([findProduct(sku), findStock(sku)]);
      return { ...product, stock };
    },
  };
}
