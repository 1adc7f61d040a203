import type { Queryable, Transaction } from '@faultline/chassis';
import { epochMs, traceIdOf } from '../sql.ts';
import { findOrder } from './order-row.ts';
import { replay, type OrderEvent } from './order-state.ts';
import type { Order } from './order.ts';

/** After so many events of an order, its state is kept as a snapshot. */
export const SNAPSHOT_EVERY = 4;

/** An event as it is kept: with the request that caused it. */
export type StoredOrderEvent = OrderEvent & {
  /** Version of the payload's shape. */
  schemaVersion: number;
  correlationId: string;
  traceId: string | null;
};

/** What to append: `next` is the fold of the order and `events`. */
export interface Append {
  next: Order;
  /** Version that the events follow; 0 for a new order. */
  expectedVersion: number;
  events: readonly OrderEvent[];
  correlationId: string;
  traceparent: string | null;
}

/**
 * Appends events and moves the order's row to their fold, if the order is still at the expected
 * version. Nothing is written on a conflict: reload, decide anew, append again.
 */
export async function appendToStream(
  transaction: Transaction,
  { next, expectedVersion, events, correlationId, traceparent }: Append,
): Promise<{ kind: 'appended' } | { kind: 'conflict' }> {
  const snapshot = crossesSnapshot(expectedVersion, next.version);
  const rows = await transaction.query(
    'append order events',
    `WITH advanced AS (
       UPDATE orders SET version = $3, state = $4, failure = $5, fulfilment = $6,
         created_at = to_timestamp($7::float8 / 1000), updated_at = to_timestamp($8::float8 / 1000)
       WHERE order_id = $1 AND version = $2 RETURNING order_id
     ), appended AS (
       INSERT INTO order_events
         (order_id, version, type, payload, occurred_at, correlation_id, traceparent)
       SELECT order_id, event.version, event.type, event.payload,
         to_timestamp(event."occurredAt" / 1000), $9, $10
       FROM advanced, jsonb_to_recordset($11)
         AS event(version int, type text, payload jsonb, "occurredAt" float8)
     ), kept AS (
       INSERT INTO order_snapshots (order_id, version, state, occurred_at)
       SELECT order_id, $3, $12::jsonb, to_timestamp($8::float8 / 1000) FROM advanced WHERE $12::jsonb IS NOT NULL
       ON CONFLICT DO NOTHING
     )
     SELECT order_id FROM advanced`,
    [
      next.orderId,
      expectedVersion,
      next.version,
      next.state,
      next.failure ? JSON.stringify(next.failure) : null,
      JSON.stringify(next.fulfilment),
      next.createdAt,
      next.updatedAt,
      correlationId,
      traceparent,
      JSON.stringify(events),
      snapshot ? JSON.stringify(next) : null,
    ],
  );
  return { kind: rows.length === 1 ? 'appended' : 'conflict' };
}

/** The stream of an order from behind version `after`, up to the moment `untilMs` if given. */
export function readStream(
  queryable: Queryable,
  orderId: string,
  { after = 0, untilMs }: { after?: number; untilMs?: number | undefined } = {},
): Promise<StoredOrderEvent[]> {
  return queryable.query<StoredOrderEvent>(
    'select order events',
    `SELECT version, type, schema_version AS "schemaVersion", payload,
       ${epochMs('occurred_at')} AS "occurredAt", correlation_id AS "correlationId",
       ${traceIdOf('traceparent')} AS "traceId"
     FROM order_events
     WHERE order_id = $1 AND version > $2
       AND ($3::float8 IS NULL OR occurred_at <= to_timestamp($3::float8 / 1000))
     ORDER BY version`,
    [orderId, after, untilMs ?? null],
  );
}

/**
 * The order as it was at `atMs` (milliseconds since the Unix epoch; now if absent), by replay of
 * its events from the newest snapshot of that time.
 *
 * @returns undefined if there was no such order then
 */
export async function replayOrder(
  queryable: Queryable,
  orderId: string,
  atMs?: number,
): Promise<Order | undefined> {
  const [snapshot] = await queryable.query<{ state: Order }>(
    'select order snapshot',
    `SELECT state FROM order_snapshots
     WHERE order_id = $1
       AND ($2::float8 IS NULL OR occurred_at <= to_timestamp($2::float8 / 1000))
     ORDER BY version DESC LIMIT 1`,
    [orderId, atMs ?? null],
  );
  const from = snapshot?.state;
  const tail = await readStream(queryable, orderId, { after: from?.version ?? 0, untilMs: atMs });
  return replay(orderId, tail, from);
}

/**
 * Makes the snapshots of the `limit` orders behind `after` anew, from their events alone.
 *
 * @returns the last order done; null if there are no more
 */
export async function rebuildSnapshots(
  transaction: Transaction,
  after: string,
  limit: number,
): Promise<{ orders: number; snapshots: number; next: string | null }> {
  const orders = await transaction.query<{ orderId: string }>(
    'select orders page',
    `SELECT order_id AS "orderId" FROM orders WHERE order_id > $1 ORDER BY order_id LIMIT $2`,
    [after, limit],
  );
  let snapshots = 0;
  for (const { orderId } of orders) snapshots += await rebuildSnapshotsOf(transaction, orderId);
  const next = orders.length === limit ? (orders.at(-1)?.orderId ?? null) : null;
  return { orders: orders.length, snapshots, next };
}

async function rebuildSnapshotsOf(transaction: Transaction, orderId: string): Promise<number> {
  // Writers of this order wait: a snapshot of theirs is never lost in between.
  await findOrder(transaction, orderId, 'FOR UPDATE');
  const events = await readStream(transaction, orderId);
  await transaction.query('delete snapshots', 'DELETE FROM order_snapshots WHERE order_id = $1', [
    orderId,
  ]);
  const kept = events.filter(({ version }) => version % SNAPSHOT_EVERY === 0);
  for (const { version } of kept) {
    const state = replay(orderId, events.slice(0, version));
    await transaction.query(
      'insert snapshot',
      `INSERT INTO order_snapshots (order_id, version, state, occurred_at)
       VALUES ($1, $2, $3, to_timestamp($4::float8 / 1000))`,
      [orderId, version, JSON.stringify(state), state?.updatedAt],
    );
  }
  return kept.length;
}

function crossesSnapshot(before: number, after: number): boolean {
  return Math.floor(after / SNAPSHOT_EVERY) > Math.floor(before / SNAPSHOT_EVERY);
}
