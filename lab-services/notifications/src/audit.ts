import type { Database } from '@faultline/chassis';

/** How often a customer was told of the outcomes of one order: more than once is too often. */
export interface NotificationRow {
  orderId: string;
  confirmed: number;
  failed: number;
}

/** What the service states about its own data, for whoever checks that the books agree. */
export interface Audit {
  facts(): Promise<{ sent: number; deadLettered: number }>;
  /** Orders whose customer was told, by ascending id after `after`, at most `limit`. */
  orders(after: string, limit: number): Promise<{ rows: NotificationRow[]; next: string | null }>;
}

/** Creates the audit over PostgreSQL. Each answer is one statement, so one snapshot. */
export function createAudit(database: Database): Audit {
  return {
    async facts() {
      const [counts] = await database.query<{ sent: number; deadLettered: number }>(
        'audit notifications',
        `SELECT (SELECT count(*)::int FROM notifications) AS sent,
           (SELECT count(*)::int FROM unreadable_events) AS "deadLettered"`,
      );
      return counts ?? { sent: 0, deadLettered: 0 };
    },
    async orders(after, limit) {
      const rows = await database.query<NotificationRow>(
        'audit notifications by order',
        `SELECT order_id AS "orderId",
           (count(*) FILTER (WHERE outcome = 'confirmed'))::int AS confirmed,
           (count(*) FILTER (WHERE outcome = 'failed'))::int AS failed
         FROM notifications WHERE order_id > $1
         GROUP BY order_id ORDER BY order_id LIMIT $2`,
        [after, limit],
      );
      return { rows, next: rows.length === limit ? (rows.at(-1)?.orderId ?? null) : null };
    },
  };
}
