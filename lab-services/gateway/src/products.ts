import type { Chassis, Link } from '@faultline/chassis';
import { z } from 'zod';
import { createCatalogue, productSchema, skuSchema, type Product } from './catalogue.ts';
import { toPublicProblem } from './link-failure.ts';
import { recommendedSchema, type Recommendations } from './recommendations.ts';

export { productSchema, skuSchema, type Product };

/** How many are left; `unknown` is an optimistic answer: the shop would sell it. */
export const stockSchema = z.object({
  state: z.enum(['available', 'sold-out', 'unknown']),
  available: z.int().nullable(),
});

/** See {@link stockSchema}. */
export type Stock = z.infer<typeof stockSchema>;

/** Parts of a page that another answer may stand in for. */
const PARTS = ['product', 'stock', 'recommendations'] as const;

/** Everything about one product. */
export const productPageSchema = productSchema.extend({
  /** Remembered: the catalog is away. */
  stale: z.boolean(),
  stock: stockSchema,
  recommendations: recommendedSchema,
  /** Parts for which the service that knows could not be asked. */
  missing: z.array(z.enum(PARTS)),
});
/** See {@link productPageSchema}. */
export type ProductPage = z.infer<typeof productPageSchema>;

/**
 * Pages about products, put together from catalog, inventory and recommendations. Failures are
 * thrown problems.
 */
export interface Products {
  list(page: {
    after: string;
    limit: number;
  }): Promise<{ products: Product[]; /** Remembered: the catalog is away. */ stale: boolean }>;
  /** @param user who looks, if they are logged in */
  page(sku: string, user: string | undefined): Promise<ProductPage>;
  /** The products that are known among `skus`, in that order; none while nobody can say. */
  among(skus: readonly string[]): Promise<Product[]>;
}

const stockAnswerSchema = z.object({
  stock: z.array(z.object({ sku: z.string(), available: z.int() })),
});

interface Sources {
  catalog: Link;
  inventory: Link;
  recommendations: Recommendations;
  onReset: Chassis['onReset'];
}

/** Creates the pages over what knows their parts. */
export function createProducts(sources: Sources): Products {
  const { catalog, inventory, recommendations, onReset } = sources;
  const catalogue = createCatalogue(catalog);
  onReset(() => catalogue.forget());
  return {
    list: (page) => catalogue.list(page),
    among: (skus) => catalogue.among(skus),
    async page(sku, user) {
      const [product, stock, recommended] = await Promise.all([
        catalogue.find(sku),
        findStock(inventory, sku),
        recommendations.forProduct(sku, user),
      ]);
      const isMissing = {
        product: product.stale,
        stock: stock.state === 'unknown',
        recommendations: recommended.basis === 'none',
      };
      const missing = PARTS.filter((part) => isMissing[part]);
      return { ...product, stock, recommendations: recommended, missing };
    },
  };
}

async function findStock(inventory: Link, sku: string): Promise<Stock> {
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
