import type { Chassis, Database, Link } from '@faultline/chassis';
import { z } from 'zod';
import { readReplica, writeReplica, type ReplicaProduct } from '../replica/product-replica.ts';
import type { Price } from './order.ts';

/** What a question for prices came to. */
export type PriceAnswer =
  | { kind: 'priced'; prices: ReadonlyMap<string, Price> }
  | { kind: 'unknown-product'; sku: string }
  | { kind: 'unavailable'; detail: string };

/** Prices of products: from the local copy, or from the catalog itself. */
export interface PriceList {
  of(skus: readonly string[]): Promise<PriceAnswer>;
}

const pricesSchema = z.object({
  products: z.array(
    z.object({
      sku: z.string(),
      name: z.string(),
      priceCents: z.int().min(1),
      currency: z.string(),
      version: z.int().min(0).default(0),
    }),
  ),
});

type CatalogAnswer =
  { kind: 'ok'; products: ReplicaProduct[] } | Extract<PriceAnswer, { kind: 'unavailable' }>;

/**
 * Creates the price list. With the pattern `replica` prices come from the local copy, and the
 * catalog is asked only for products that the copy does not have yet; without it the catalog is
 * asked with every order, and without the catalog there are no prices.
 */
export function createPriceList(
  chassis: Pick<Chassis, 'policy'>,
  catalog: Link,
  database: Database,
): PriceList {
  return {
    async of(skus) {
      const replicated = chassis.policy('replica').enabled;
      const known = replicated ? await readReplica(database, skus) : [];
      const missing = skus.filter((sku) => !known.some((product) => product.sku === sku));
      if (missing.length === 0) return select(skus, known);
      const answer = await askCatalog(catalog, missing);
      if (answer.kind === 'unavailable') return answer;
      if (replicated && answer.products.length > 0) await writeReplica(database, answer.products);
      return select(skus, [...known, ...answer.products]);
    },
  };
}

async function askCatalog(catalog: Link, skus: readonly string[]): Promise<CatalogAnswer> {
  const outcome = await catalog.call({
    operation: 'list prices',
    method: 'GET',
    path: '/products',
    query: { skus: skus.join(',') },
    response: pricesSchema,
  });
  switch (outcome.kind) {
    case 'refused':
      return { kind: 'unavailable', detail: `the catalog refused: ${outcome.problem.code}` };
    case 'failed':
      return { kind: 'unavailable', detail: `${outcome.reason}: ${outcome.detail}` };
    case 'ok':
    case 'fallback':
      return { kind: 'ok', products: outcome.body.products };
  }
}

function select(skus: readonly string[], products: readonly Price[]): PriceAnswer {
  const prices = new Map(products.map((price) => [price.sku, price]));
  const unknown = skus.find((sku) => !prices.has(sku));
  return unknown === undefined
    ? { kind: 'priced', prices }
    : { kind: 'unknown-product', sku: unknown };
}
