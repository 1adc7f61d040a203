import type { Queryable, Transaction } from '@faultline/chassis';
import type { LogEntry } from '../log/history-log.ts';
import { project, type OrderView } from './order-view.ts';
import { createTotalsDelta, type TotalsDelta } from './totals.ts';

/** Columns of table `order_views` as an {@link OrderView} without its timeline. */
export const VIEW_COLUMNS = `order_id AS "orderId", customer_id AS "customerId", state, items,
  total_cents AS "totalCents", currency, failure, fulfilment, version,
  created_at::float8 AS "createdAt", updated_at::float8 AS "updatedAt"`;

/** Brings `entries` into the views and sums of one generation, in the caller's transaction. */
export async function applyEntries(
  transaction: Transaction,
  generation: number,
  entries: readonly LogEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const before = await readViews(transaction, generation, [
    ...new Set(entries.map(({ payload }) => payload.orderId)),
  ]);
  const after = new Map(before);
  for (const entry of entries) {
    const { orderId } = entry.payload;
    after.set(orderId, project(after.get(orderId), entry));
  }
  const delta = createTotalsDelta();
  for (const view of after.values()) delta.replace(before.get(view.orderId), view);
  await Promise.all([
    writeViews(transaction, generation, [...after.values()]),
    addToCustomers(transaction, generation, delta),
    addToSellers(transaction, generation, delta),
  ]);
}

async function readViews(
  queryable: Queryable,
  generation: number,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, OrderView>> {
  const views = await queryable.query<OrderView>(
    'select order views',
    `SELECT ${VIEW_COLUMNS}, timeline FROM order_views
     WHERE generation = $1 AND order_id = ANY($2)`,
    [generation, orderIds],
  );
  return new Map(views.map((view) => [view.orderId, view]));
}

async function writeViews(
  transaction: Transaction,
  generation: number,
  views: readonly OrderView[],
): Promise<void> {
  await transaction.query(
    'upsert order views',
    `INSERT INTO order_views (generation, order_id, customer_id, state, items, total_cents,
       currency, failure, fulfilment, version, created_at, updated_at, timeline)
     SELECT $1, "orderId", "customerId", state, items, "totalCents", currency,
       nullif(failure, 'null'), fulfilment, version, "createdAt", "updatedAt", timeline
     FROM jsonb_to_recordset($2) AS view("orderId" text, "customerId" text, state text,
       items jsonb, "totalCents" int, currency text, failure jsonb, fulfilment jsonb,
       version int, "createdAt" bigint, "updatedAt" bigint, timeline jsonb)
     ON CONFLICT (generation, order_id) DO UPDATE SET
       customer_id = excluded.customer_id, state = excluded.state, items = excluded.items,
       total_cents = excluded.total_cents, currency = excluded.currency,
       failure = excluded.failure, fulfilment = excluded.fulfilment, version = excluded.version,
       created_at = excluded.created_at, updated_at = excluded.updated_at,
       timeline = excluded.timeline`,
    [generation, JSON.stringify(views)],
  );
}

async function addToCustomers(
  transaction: Transaction,
  generation: number,
  delta: TotalsDelta,
): Promise<void> {
  await transaction.query(
    'add to customer totals',
    `INSERT INTO customer_totals AS totals
       (generation, customer_id, orders, confirmed, failed, confirmed_cents)
     SELECT $1, "customerId", orders, confirmed, failed, "confirmedCents"
     FROM jsonb_to_recordset($2) AS change("customerId" text, orders int, confirmed int,
       failed int, "confirmedCents" bigint)
     ON CONFLICT (generation, customer_id) DO UPDATE SET
       orders = totals.orders + excluded.orders,
       confirmed = totals.confirmed + excluded.confirmed,
       failed = totals.failed + excluded.failed,
       confirmed_cents = totals.confirmed_cents + excluded.confirmed_cents`,
    [generation, JSON.stringify(delta.customers())],
  );
}

async function addToSellers(
  transaction: Transaction,
  generation: number,
  delta: TotalsDelta,
): Promise<void> {
  await transaction.query(
    'add to best sellers',
    `INSERT INTO best_sellers AS seller (generation, sku, units, revenue_cents)
     SELECT $1, sku, units, "revenueCents"
     FROM jsonb_to_recordset($2) AS change(sku text, units bigint, "revenueCents" bigint)
     ON CONFLICT (generation, sku) DO UPDATE SET units = seller.units + excluded.units,
       revenue_cents = seller.revenue_cents + excluded.revenue_cents`,
    [generation, JSON.stringify(delta.sellers())],
  );
}
