import type { Queryable } from '@faultline/chassis';
import type { OrderView } from './projection/order-view.ts';
import { VIEW_COLUMNS } from './projection/view-store.ts';

/** Where a page of orders ends: the next one begins behind it. */
export interface Cursor {
  /** Milliseconds since the Unix epoch. */
  createdAt: number;
  orderId: string;
}

/** A customer's sums. */
export interface CustomerSummary {
  customerId: string;
  orders: number;
  confirmed: number;
  failed: number;
  pending: number;
  confirmedCents: number;
  lastOrderAt: number | null;
}

/** A product and what was sold of it. */
export interface BestSeller {
  sku: string;
  units: number;
  revenueCents: number;
}

/** What is read of the projection. Each answer is one statement, so of one generation. */
export interface Reads {
  /** The customer's orders behind `before`, newest first. */
  orders(
    customerId: string,
    limit: number,
    before: Cursor | undefined,
  ): Promise<Omit<OrderView, 'timeline'>[]>;
  order(orderId: string): Promise<OrderView | undefined>;
  summary(customerId: string): Promise<CustomerSummary>;
  bestSellers(limit: number): Promise<BestSeller[]>;
}

const SERVING = `(SELECT generation FROM projection_generations WHERE state = 'serving')`;

/** Creates the reads over PostgreSQL. */
export function createReads(database: Queryable): Reads {
  return {
    orders: (customerId, limit, before) =>
      database.query(
        'select orders of customer',
        `SELECT ${VIEW_COLUMNS} FROM order_views
         WHERE generation = ${SERVING} AND customer_id = $1
           AND ($3::bigint IS NULL OR created_at < $3 OR (created_at = $3 AND order_id > $4))
         ORDER BY created_at DESC, order_id LIMIT $2`,
        [customerId, limit, before?.createdAt ?? null, before?.orderId ?? null],
      ),
    async order(orderId) {
      const [order] = await database.query<OrderView>(
        'select order',
        `SELECT ${VIEW_COLUMNS}, timeline FROM order_views
         WHERE generation = ${SERVING} AND order_id = $1`,
        [orderId],
      );
      return order;
    },
    async summary(customerId) {
      const [summary] = await database.query<CustomerSummary>(
        'select customer totals',
        `SELECT customer_id AS "customerId", orders, confirmed, failed,
           orders - confirmed - failed AS pending, confirmed_cents::float8 AS "confirmedCents",
           (SELECT max(created_at)::float8 FROM order_views
             WHERE generation = totals.generation AND customer_id = $1) AS "lastOrderAt"
         FROM customer_totals AS totals WHERE generation = ${SERVING} AND customer_id = $1`,
        [customerId],
      );
      const none = { orders: 0, confirmed: 0, failed: 0, pending: 0, confirmedCents: 0 };
      return summary ?? { customerId, ...none, lastOrderAt: null };
    },
    bestSellers: (limit) =>
      database.query(
        'select best sellers',
        `SELECT sku, units::float8 AS units, revenue_cents::float8 AS "revenueCents"
         FROM best_sellers WHERE generation = ${SERVING} AND units > 0
         ORDER BY units DESC, sku LIMIT $1`,
        [limit],
      ),
  };
}
