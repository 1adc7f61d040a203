import type { Database } from '@faultline/chassis';

/** What became of the money of one order of the merchant, in minor units. */
export interface SettlementRow {
  orderId: string;
  captures: number;
  capturedCents: number;
  refundedCents: number;
}

/** What the provider states about its own books, for whoever checks that the books agree. */
export interface Audit {
  facts(): Promise<{ capturedCents: number; refundedCents: number }>;
  /** Orders for which money was taken, by ascending id after `after`, at most `limit`. */
  orders(after: string, limit: number): Promise<{ rows: SettlementRow[]; next: string | null }>;
}

const SUMS = `coalesce(sum(captured_units), 0)::float8 AS "capturedCents",
  coalesce(sum(reversed_units), 0)::float8 AS "refundedCents"`;

/** Creates the audit over PostgreSQL. Each answer is one statement, so one snapshot. */
export function createAudit(database: Database): Audit {
  return {
    async facts() {
      const [sums] = await database.query<{ capturedCents: number; refundedCents: number }>(
        'audit authorisations',
        `SELECT ${SUMS} FROM authorisations`,
      );
      return sums ?? { capturedCents: 0, refundedCents: 0 };
    },
    async orders(after, limit) {
      const rows = await database.query<SettlementRow>(
        'audit authorisations by order',
        `SELECT merchant_order AS "orderId", count(*)::int AS captures, ${SUMS}
         FROM authorisations WHERE captured_units > 0 AND merchant_order > $1
         GROUP BY merchant_order ORDER BY merchant_order LIMIT $2`,
        [after, limit],
      );
      return { rows, next: rows.length === limit ? (rows.at(-1)?.orderId ?? null) : null };
    },
  };
}
