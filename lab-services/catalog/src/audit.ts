import type { Database } from '@faultline/chassis';
import type { CurrentPhase } from './schema/current-phase.ts';
import { productsIn } from './schema/phase.ts';

/** What the service states about its own data. */
export interface CatalogFacts {
  products: number;
  /** Every product's price, by ascending sku: what copies elsewhere must come to. */
  prices: {
    sku: string;
    priceCents: number;
    currency: string;
    version: number;
    /** Milliseconds since the Unix epoch. */
    changedAt: number;
  }[];
  outboxPending: number;
}

/** The most products that the audit lists. */
const MOST = 10_000;

/** Reads the facts in one snapshot. */
export async function readFacts(database: Database, phaseOf: CurrentPhase): Promise<CatalogFacts> {
  const { columns, from } = productsIn(await phaseOf());
  return database.transaction(
    async (snapshot) => {
      const prices = await snapshot.query<CatalogFacts['prices'][number]>(
        'audit prices',
        `SELECT ${columns},
           floor(extract(epoch FROM changed_at) * 1000)::float8 AS "changedAt"
         FROM ${from} ORDER BY products.sku LIMIT ${MOST}`,
      );
      const [counts] = await snapshot.query<{ products: number; pending: number }>(
        'audit products',
        `SELECT (SELECT count(*)::int FROM products) AS products,
           (SELECT count(*)::int FROM outbox WHERE published_at IS NULL) AS pending`,
      );
      return {
        products: counts?.products ?? 0,
        prices: prices.map(({ sku, priceCents, currency, version, changedAt }) => ({
          sku,
          priceCents,
          currency,
          version,
          changedAt,
        })),
        outboxPending: counts?.pending ?? 0,
      };
    },
    { isolation: 'repeatable read' },
  );
}
