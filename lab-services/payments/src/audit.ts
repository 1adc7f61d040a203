import type { Database } from '@faultline/chassis';

/** What became of one order's money, in cents. */
export interface PaymentRow {
  orderId: string;
  /** How often money was taken: more than once is a double charge. */
  captures: number;
  capturedCents: number;
  refundedCents: number;
}

/** What the service states about its own data, for whoever checks that the books agree. */
export interface Audit {
  facts(): Promise<{ capturedCents: number; refundedCents: number }>;
  /** Orders that were charged, by ascending id after `after`, at most `limit`. */
  orders(after: string, limit: number): Promise<{ rows: PaymentRow[]; next: string | null }>;
}

// Sums of integers are bigints, which the driver hands out as text; a double holds cents exactly
// up to 2^53.
const SUMS = `coalesce(sum(captured_cents), 0)::float8 AS "capturedCents",
  coalesce(sum(refunded_cents), 0)::float8 AS "refundedCents"`;

/** Creates the audit over PostgreSQL. Each answer is one statement, so one snapshot. */
export function createAudit(database: Database): Audit {
  return {
    async facts() {
      const [sums] = await database.query<{ capturedCents: number; refundedCents: number }>(
        'audit charges',
        `SELECT ${SUMS} FROM charges`,
      );
      return sums ?? { capturedCents: 0, refundedCents: 0 };
    },
    async orders(after, limit) {
      const rows = await database.query<PaymentRow>(
        'audit charges by order',
        `SELECT order_id AS "orderId", count(*)::int AS captures, ${SUMS} FROM charges
         WHERE captured_cents > 0 AND order_id > $1
         GROUP BY order_id ORDER BY order_id LIMIT $2`,
        [after, limit],
      );
      return { rows, next: rows.length === limit ? (rows.at(-1)?.orderId ?? null) : null };
    },
  };
}
