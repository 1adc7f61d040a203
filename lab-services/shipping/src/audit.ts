import type { Database } from '@faultline/chassis';

/** What the service states about its own data, for whoever checks that the books agree. */
export interface Audit {
  /** Shipments on their way, and shipments that were called back. */
  facts(): Promise<{ shipments: number; cancelled: number }>;
  /** Orders with a shipment on its way, by ascending id after `after`, at most `limit`. */
  orders(
    after: string,
    limit: number,
  ): Promise<{ rows: { orderId: string; shipments: number }[]; next: string | null }>;
}

/** Creates the audit over PostgreSQL. Each answer is one statement, so one snapshot. */
export function createAudit(database: Database): Audit {
  return {
    async facts() {
      const [counts] = await database.query<{ shipments: number; cancelled: number }>(
        'audit shipments',
        `SELECT (count(*) FILTER (WHERE state = 'created'))::int AS shipments,
           (count(*) FILTER (WHERE state = 'cancelled' AND tracking_code IS NOT NULL))::int
             AS cancelled
         FROM shipments`,
      );
      return counts ?? { shipments: 0, cancelled: 0 };
    },
    async orders(after, limit) {
      const rows = await database.query<{ orderId: string; shipments: number }>(
        'audit shipments by order',
        `SELECT order_id AS "orderId", parcels AS shipments FROM shipments
         WHERE state = 'created' AND order_id > $1 ORDER BY order_id LIMIT $2`,
        [after, limit],
      );
      return { rows, next: rows.length === limit ? (rows.at(-1)?.orderId ?? null) : null };
    },
  };
}
