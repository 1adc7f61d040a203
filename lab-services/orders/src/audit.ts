import {
  keysetQuerySchema,
  type Database,
  type Queryable,
  type ServiceApp,
} from '@faultline/chassis';
import type { Order } from './order/order.ts';
import { listReplica, type ReplicaRow } from './replica/product-replica.ts';
import { createSagaLedger, type SagaLedger } from './saga/saga-ledger.ts';
import type { Saga } from './saga/saga.ts';
import { epochMs, traceIdOf } from './sql.ts';

/** Sums over this service's data. */
export interface OrdersFacts {
  orders: Record<Order['state'], number>;
  confirmedCents: number;
  sagas: Record<Saga['state'], number>;
  outboxPending: number;
  /** The local copy of the catalog's prices, by ascending sku. */
  replica: ReplicaRow[];
  /** Oldest first. */
  unfinished: {
    sagaId: string;
    orderId: string;
    state: string;
    step: string;
    startedAt: number;
    traceId: string | null;
    reason: string | null;
  }[];
}

/** One order, as the books of the other services must know it. */
export interface OrderRow {
  orderId: string;
  state: Order['state'];
  totalCents: number;
  items: { sku: string; quantity: number }[];
  /** Earlier orders with the same idempotency key: there should be none. */
  repeats: number;
  /** When its outcome came to be, epoch milliseconds; null while it is pending. */
  settledAt: number | null;
  traceId: string | null;
}

/** What the service states about its own data, for whoever checks that the books agree. */
export interface Audit {
  facts(): Promise<OrdersFacts>;
  /** Orders by ascending id after `after`, at most `limit`. */
  orders(after: string, limit: number): Promise<{ rows: OrderRow[]; next: string | null }>;
}

const UNFINISHED = 100;
const MOST_PRODUCTS = 10_000;

/** Creates the audit over PostgreSQL; `facts` reads one snapshot. */
export function createAudit(database: Database): Audit {
  return {
    facts: () => database.transaction(readFacts, { isolation: 'repeatable read' }),
    async orders(after, limit) {
      const rows = await database.query<OrderRow>(
        'audit orders',
        `SELECT orders.order_id AS "orderId", orders.state, total_cents AS "totalCents", items,
           (SELECT count(*)::int FROM orders AS earlier
            WHERE earlier.idempotency_key = orders.idempotency_key
              AND (earlier.created_at, earlier.order_id) < (orders.created_at, orders.order_id))
             AS repeats,
           CASE WHEN orders.state <> 'pending' THEN ${epochMs('orders.updated_at')} END AS "settledAt",
           ${traceIdOf('coalesce(sagas.traceparent, orders.traceparent)')} AS "traceId"
         FROM orders LEFT JOIN sagas USING (order_id)
         WHERE order_id > $1 ORDER BY order_id LIMIT $2`,
        [after, limit],
      );
      return {
        rows: rows.map((row) => ({
          ...row,
          items: row.items.map(({ sku, quantity }) => ({ sku, quantity })),
        })),
        next: rows.length === limit ? (rows.at(-1)?.orderId ?? null) : null,
      };
    },
  };
}

/** Registers `GET /internal/audit/orders`. */
export function registerAuditRoutes(app: ServiceApp, audit: Audit): void {
  app.get('/internal/audit/orders', { schema: { querystring: keysetQuerySchema } }, ({ query }) =>
    audit.orders(query.after, query.limit),
  );
}

async function readFacts(snapshot: Queryable): Promise<OrdersFacts> {
  const orders = await snapshot.query<{ state: Order['state']; count: number; cents: number }>(
    'audit orders by state',
    `SELECT state, count(*)::int AS count, sum(total_cents)::float8 AS cents
     FROM orders GROUP BY state`,
  );
  const sagas = await snapshot.query<{ state: Saga['state']; count: number }>(
    'audit sagas by state',
    'SELECT state, count(*)::int AS count FROM sagas GROUP BY state',
  );
  const [outbox] = await snapshot.query<{ count: number }>(
    'audit outbox',
    'SELECT count(*)::int AS count FROM outbox WHERE published_at IS NULL',
  );
  const countOf = <State extends string>(
    rows: readonly { state: State; count: number }[],
    state: State,
  ) => rows.find((row) => row.state === state)?.count ?? 0;
  return {
    orders: {
      pending: countOf(orders, 'pending'),
      confirmed: countOf(orders, 'confirmed'),
      failed: countOf(orders, 'failed'),
    },
    confirmedCents: orders.find(({ state }) => state === 'confirmed')?.cents ?? 0,
    sagas: {
      running: countOf(sagas, 'running'),
      compensating: countOf(sagas, 'compensating'),
      completed: countOf(sagas, 'completed'),
      compensated: countOf(sagas, 'compensated'),
      stuck: countOf(sagas, 'stuck'),
    },
    outboxPending: outbox?.count ?? 0,
    replica: await listReplica(snapshot, MOST_PRODUCTS),
    unfinished: [
      ...(await readUnfinished(createSagaLedger(snapshot))),
      ...(await readAbandoned(snapshot)),
    ],
  };
}

async function readUnfinished(ledger: SagaLedger): Promise<OrdersFacts['unfinished']> {
  const sagas = await ledger.unfinished(UNFINISHED);
  return sagas.map(({ sagaId, orderId, state, step, startedAt, traceId, reason }) => ({
    sagaId,
    orderId,
    state,
    step,
    startedAt,
    traceId,
    reason,
  }));
}

/** Orders that were begun without a saga and never got an outcome: nobody will ever end them. */
function readAbandoned(snapshot: Queryable): Promise<OrdersFacts['unfinished']> {
  return snapshot.query<OrdersFacts['unfinished'][number]>(
    'audit orders without saga',
    `SELECT order_id AS "sagaId", order_id AS "orderId", orders.state, 'unknown' AS step,
       ${epochMs('created_at')} AS "startedAt", ${traceIdOf('orders.traceparent')} AS "traceId",
       'the order has no saga' AS reason
     FROM orders LEFT JOIN sagas USING (order_id)
     WHERE orders.state = 'pending' AND sagas.order_id IS NULL
     ORDER BY created_at LIMIT ${UNFINISHED}`,
  );
}
