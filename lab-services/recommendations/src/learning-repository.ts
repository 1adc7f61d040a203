import type { Database, Transaction } from '@faultline/chassis';
import type { Purchase } from './purchase.ts';

/** A product and how many orders speak for it. */
export interface Recommendation {
  sku: string;
  orders: number;
}

/** What was learned from orders. */
export interface LearningRepository {
  learn(transaction: Transaction, purchase: Purchase): Promise<void>;
  popular(limit: number): Promise<Recommendation[]>;
  /** What was bought together with `sku`. */
  similar(sku: string, limit: number): Promise<Recommendation[]>;
  /** What was bought together with what the customer bought, and is new to the customer. */
  personal(customerId: string, limit: number): Promise<Recommendation[]>;
  facts(): Promise<{ purchases: number; products: number; pairs: number; productOrders: number }>;
}

/** Creates the repository over PostgreSQL. */
export function createLearningRepository(database: Database): LearningRepository {
  return {
    learn,
    popular: (limit) =>
      database.query(
        'select popular',
        'SELECT sku, orders FROM popularity ORDER BY orders DESC, sku LIMIT $1',
        [limit],
      ),
    similar: (sku, limit) =>
      database.query(
        'select bought together',
        `SELECT other AS sku, orders FROM co_purchases WHERE sku = $1
         ORDER BY orders DESC, other LIMIT $2`,
        [sku, limit],
      ),
    personal: (customerId, limit) =>
      database.query(
        'select for customer',
        `SELECT pair.other AS sku, sum(pair.orders)::int AS orders
         FROM purchases bought JOIN co_purchases pair ON pair.sku = bought.sku
         WHERE bought.customer_id = $1 AND NOT EXISTS (
           SELECT 1 FROM purchases had WHERE had.customer_id = $1 AND had.sku = pair.other)
         GROUP BY pair.other ORDER BY 2 DESC, 1 LIMIT $2`,
        [customerId, limit],
      ),
    async facts() {
      const [facts] = await database.query<{
        purchases: number;
        products: number;
        pairs: number;
        productOrders: number;
      }>(
        'audit learning',
        `SELECT (SELECT count(*)::int FROM purchases) AS purchases,
           (SELECT count(*)::int FROM popularity) AS products,
           (SELECT count(*)::int FROM co_purchases) AS pairs,
           (SELECT coalesce(sum(orders), 0)::float8 FROM popularity) AS "productOrders"`,
      );
      return facts ?? { purchases: 0, products: 0, pairs: 0, productOrders: 0 };
    },
  };
}

/** Rows are taken in ascending order everywhere, so two orders never wait for each other in turn. */
async function learn(transaction: Transaction, { customerId, skus }: Purchase): Promise<void> {
  await Promise.all([
    transaction.query(
      'learn popularity',
      `INSERT INTO popularity (sku, orders) SELECT sku, 1 FROM unnest($1::text[]) sku ORDER BY sku
       ON CONFLICT (sku) DO UPDATE SET orders = popularity.orders + 1`,
      [skus],
    ),
    transaction.query(
      'learn pairs',
      `INSERT INTO co_purchases (sku, other, orders)
       SELECT a, b, 1 FROM unnest($1::text[]) a CROSS JOIN unnest($1::text[]) b
       WHERE a <> b ORDER BY a, b
       ON CONFLICT (sku, other) DO UPDATE SET orders = co_purchases.orders + 1`,
      [skus],
    ),
    transaction.query(
      'learn purchases',
      `INSERT INTO purchases (customer_id, sku) SELECT $1, sku FROM unnest($2::text[]) sku ORDER BY sku
       ON CONFLICT DO NOTHING`,
      [customerId, skus],
    ),
  ]);
}
