import type { Database } from '@faultline/chassis';
import type { Item } from './reservation.ts';

/** What the service states about its own data, for whoever checks that the books agree. */
export interface Audit {
  /** For every sku: initial = available + reserved. */
  facts(): Promise<{
    stock: { sku: string; initial: number; available: number; reserved: number }[];
  }>;
  /** Orders that hold a reservation, by ascending id after `after`, at most `limit`. */
  orders(
    after: string,
    limit: number,
  ): Promise<{ rows: { orderId: string; items: Item[] }[]; next: string | null }>;
}

/** Creates the audit over PostgreSQL. Each answer is one statement, so one snapshot. */
export function createAudit(database: Database): Audit {
  return {
    facts: async () => ({
      stock: await database.query(
        'audit stock',
        'SELECT sku, initial, available, reserved FROM stock ORDER BY sku',
      ),
    }),
    async orders(after, limit) {
      const rows = await database.query<{ orderId: string; items: Item[] }>(
        'audit reservations',
        `SELECT order_id AS "orderId", items FROM reservations
         WHERE state = 'reserved' AND order_id > $1 ORDER BY order_id LIMIT $2`,
        [after, limit],
      );
      return { rows, next: rows.length === limit ? (rows.at(-1)?.orderId ?? null) : null };
    },
  };
}
