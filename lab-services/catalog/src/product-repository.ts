import type { Queryable } from '@faultline/chassis';
import type { Product } from './product.ts';

/** Where products are kept. */
export interface ProductRepository {
  /** Products by ascending sku, from the first after `after`. */
  list(page: { after: string; limit: number }): Promise<Product[]>;
  /** The products among `skus` that exist, by ascending sku. */
  findMany(skus: readonly string[]): Promise<Product[]>;
  count(): Promise<number>;
}

const COLUMNS = 'sku, name, description, price_cents AS "priceCents", currency';

/** Creates the repository over PostgreSQL. */
export function createProductRepository(database: Queryable): ProductRepository {
  return {
    list: ({ after, limit }) =>
      database.query<Product>(
        'select products page',
        `SELECT ${COLUMNS} FROM products WHERE sku > $1 ORDER BY sku LIMIT $2`,
        [after, limit],
      ),
    findMany: (skus) =>
      database.query<Product>(
        'select products by sku',
        `SELECT ${COLUMNS} FROM products WHERE sku = ANY($1) ORDER BY sku`,
        [skus],
      ),
    async count() {
      const [row] = await database.query<{ count: number }>(
        'count products',
        'SELECT count(*)::int AS count FROM products',
      );
      return row?.count ?? 0;
    },
  };
}
