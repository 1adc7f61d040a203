import type { Database, Link } from '@faultline/chassis';
import { z } from 'zod';
import type { Price } from './order.ts';

/** What a question for prices came to. */
export type PriceAnswer =
  | { kind: 'priced'; prices: ReadonlyMap<string, Price> }
  | { kind: 'unknown-product'; sku: string }
  | { kind: 'unavailable'; detail: string };

/** Prices of products: the catalog's, or the last ones seen while the catalog is away. */
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
    }),
  ),
});

/** Prices kept in memory; more products than that are read from the table again. */
const REMEMBERED = 10_000;

/**
 * Creates the price list over the link to the catalog. What was seen is kept in table
 * `known_prices`, so that it outlives the process, and in memory, so that a price is written only
 * when it changed.
 */
export function createPriceList(catalog: Link, database: Database): PriceList {
  const remembered = new Map<string, Price>();

  function remember(prices: readonly Price[]): void {
    if (remembered.size + prices.length > REMEMBERED) remembered.clear();
    for (const price of prices) remembered.set(price.sku, price);
  }

  async function lastKnown(skus: readonly string[]): Promise<Price[]> {
    const missing = skus.filter((sku) => !remembered.has(sku));
    if (missing.length > 0) remember(await readKnownPrices(database, missing));
    return skus.flatMap((sku) => remembered.get(sku) ?? []);
  }

  return {
    async of(skus) {
      const outcome = await catalog.call({
        operation: 'list prices',
        method: 'GET',
        path: '/products',
        query: { skus: skus.join(',') },
        response: pricesSchema,
        async fallback() {
          const products = await lastKnown(skus);
          return products.length === skus.length ? { products } : undefined;
        },
      });
      switch (outcome.kind) {
        case 'refused':
          return { kind: 'unavailable', detail: `the catalog refused: ${outcome.problem.code}` };
        case 'failed':
          return { kind: 'unavailable', detail: `${outcome.reason}: ${outcome.detail}` };
        case 'ok':
        case 'fallback': {
          const { products } = outcome.body;
          const changed = products.filter((price) => !isRemembered(remembered, price));
          if (changed.length > 0) {
            await writeKnownPrices(database, changed);
            remember(changed);
          }
          return select(skus, products);
        }
      }
    },
  };
}

function select(skus: readonly string[], products: readonly Price[]): PriceAnswer {
  const prices = new Map(products.map((price) => [price.sku, price]));
  const unknown = skus.find((sku) => !prices.has(sku));
  return unknown === undefined
    ? { kind: 'priced', prices }
    : { kind: 'unknown-product', sku: unknown };
}

function isRemembered(remembered: ReadonlyMap<string, Price>, price: Price): boolean {
  const known = remembered.get(price.sku);
  return (
    known?.priceCents === price.priceCents &&
    known.name === price.name &&
    known.currency === price.currency
  );
}

function readKnownPrices(database: Database, skus: readonly string[]): Promise<Price[]> {
  return database.query<Price>(
    'select known prices',
    `SELECT sku, name, price_cents AS "priceCents", currency
     FROM known_prices WHERE sku = ANY($1)`,
    [skus],
  );
}

async function writeKnownPrices(database: Database, prices: readonly Price[]): Promise<void> {
  const sorted = [...prices].sort((a, b) => (a.sku < b.sku ? -1 : 1));
  await database.query(
    'upsert known prices',
    `INSERT INTO known_prices (sku, name, price_cents, currency)
     SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[])
     ON CONFLICT (sku) DO UPDATE SET name = excluded.name, price_cents = excluded.price_cents,
       currency = excluded.currency, seen_at = now()`,
    [
      sorted.map(({ sku }) => sku),
      sorted.map(({ name }) => name),
      sorted.map(({ priceCents }) => priceCents),
      sorted.map(({ currency }) => currency),
    ],
  );
}
