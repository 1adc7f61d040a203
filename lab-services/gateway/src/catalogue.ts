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

/** The products of the catalog, as far as it or memory knows them. Failures are thrown problems. */
export interface Catalogue {
  list(page: { after: string; limit: number }): Promise<{ products: Product[]; stale: boolean }>;
  find(sku: string): Promise<Product & { stale: boolean }>;
  /** The products that are known among `skus`, in that order; none while nobody can say. */
  among(skus: readonly string[]): Promise<Product[]>;
  /** Remembers nothing. */
  forget(): void;
}

const REMEMBERED_PRODUCTS = 1_000;
const REMEMBERED_PAGES = 100;

const pageSchema = z.object({ products: z.array(productSchema) });

/** Creates the catalogue over its link. What was seen is remembered while the catalog is away. */
export function createCatalogue(catalog: Link): Catalogue {
  const products = createBoundedCache<Product>(REMEMBERED_PRODUCTS);
  const pages = createBoundedCache<{ products: Product[] }>(REMEMBERED_PAGES);

  async function find(sku: string): Promise<Product & { stale: boolean }> {
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

  async function among(skus: readonly string[]): Promise<Product[]> {
    if (skus.length === 0) return [];
    const remembered = () => skus.flatMap((sku) => products.get(sku) ?? []);
    const outcome = await catalog.call({
      operation: 'get products',
      method: 'GET',
      path: '/products',
      query: { skus: skus.join(',') },
      response: pageSchema,
      fallback: () => ({ products: remembered() }),
    });
    if (outcome.kind === 'refused' || outcome.kind === 'failed') return remembered();
    if (outcome.kind === 'ok') for (const one of outcome.body.products) products.set(one.sku, one);
    return skus.flatMap((sku) => outcome.body.products.find((one) => one.sku === sku) ?? []);
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
    find,
    among,
    forget() {
      products.clear();
      pages.clear();
    },
  };
}
