import type { Database, DomainEvent, Queryable, Transaction } from '@faultline/chassis';
import type { OrderEvents } from '../order/order-events.ts';
import { findOrder, ORDER_COLUMNS } from '../order/order-row.ts';
import { factsOfMove, type OrderFact } from '../order/order-state.ts';
import type { Order } from '../order/order.ts';
import type { ClaimedSaga, SagaRecord } from './saga-record.ts';
import { isEnded, stepOf, type Saga, type SagaMove } from './saga.ts';

/** An order to begin. */
export type NewOrder = Omit<SagaRecord, 'version'> & {
  idempotencyKey: string;
  /** Whether a second order with this key is refused. */
  guarded: boolean;
  /** Nobody takes the saga up for so long, milliseconds: events move it. Absent: its owner does. */
  pauseMs?: number;
};

/** How a move is put down. */
export interface SaveOptions {
  /** The owner lets go: nobody takes the saga up for so long, milliseconds. Absent: it goes on. */
  pauseMs?: number;
}

/**
 * Where sagas are kept. Who holds a saga's lease works on it; who holds its version may move it.
 * An owner that was too slow finds its version gone and lets go: the steps themselves are
 * idempotent, so two owners for a moment do no harm.
 *
 * Leases are kept by the database's clock, the only one that all instances share.
 */
export interface SagaRepository {
  /**
   * Writes order, saga, journal and `order.created` in one transaction, owned by this instance.
   *
   * @returns undefined if a guarded order with this idempotency key exists
   */
  begin(order: NewOrder): Promise<SagaRecord | undefined>;
  /** As `begin`, but without a saga: nobody will know how far the order got. */
  beginBare(order: NewOrder): Promise<SagaRecord | undefined>;
  /** Records what became of an order without a saga. */
  recordBare(record: SagaRecord, facts: readonly OrderFact[]): Promise<void>;
  /**
   * Writes a move, renews the lease and records what it says about the order, in one transaction.
   *
   * @returns undefined if someone else has moved or taken the saga since
   */
  save(
    record: SagaRecord,
    move: SagaMove,
    next: Saga,
    options?: SaveOptions,
  ): Promise<SagaRecord | undefined>;
  /** As `save`, as a part of the caller's transaction. */
  saveWithin(
    transaction: Transaction,
    record: SagaRecord,
    move: SagaMove,
    next: Saga,
    options?: SaveOptions,
  ): Promise<SagaRecord | undefined>;
  /** The saga of an order; nobody else moves or takes it until the transaction ends. */
  lock(transaction: Transaction, orderId: string): Promise<SagaRecord | undefined>;
  find(orderId: string): Promise<SagaRecord | undefined>;
  /** Takes up to `limit` sagas whose lease has run out, longest waiting first. */
  claim(limit: number): Promise<ClaimedSaga[]>;
  /** Renews the leases of sagas this instance is working on. */
  renew(sagaIds: readonly string[]): Promise<void>;
  /** Lets go of a saga at once, for any other instance to go on. */
  release(record: SagaRecord): Promise<void>;
  /** Unfinished sagas in this instance's hands, by state. */
  countOwned(): Promise<{ state: Saga['state']; count: number }[]>;
}

export interface SagaRepositoryOptions {
  database: Database;
  outbox: { append(transaction: Transaction, events: DomainEvent[]): Promise<unknown> };
  orderEvents: OrderEvents;
  /** Unique among all instances, past ones included. */
  owner: string;
  leaseMs: number;
}

const RECORD_COLUMNS = `sagas.saga_id AS "sagaId", sagas.order_id AS "orderId",
  orders.customer_id AS "customerId", orders.items, orders.total_cents AS "totalCents",
  orders.currency, sagas.style, sagas.machine AS saga, sagas.version,
  sagas.correlation_id AS "correlationId", sagas.traceparent`;
const MILLISECONDS = `* interval '1 millisecond'`;

/** Creates the repository over PostgreSQL. */
export function createSagaRepository(options: SagaRepositoryOptions): SagaRepository {
  const { database, owner, leaseMs } = options;
  return {
    begin: (order) => database.transaction((transaction) => begin(options, transaction, order)),
    beginBare: (order) =>
      database.transaction(async (transaction) => {
        const inserted = await insertOrder(transaction, order);
        if (inserted) await recordCreation(options, transaction, inserted);
        return inserted?.record;
      }),
    recordBare: (record, facts) =>
      database.transaction((transaction) => recordFacts(options, transaction, record, facts)),
    save(record, move, next, { pauseMs } = {}) {
      if (factsOfMove(record.saga, move, next).length === 0) {
        return writeMove(options, database, record, move, next, pauseMs);
      }
      return database.transaction((transaction) =>
        saveWithin(options, transaction, record, move, next, pauseMs),
      );
    },
    saveWithin: (transaction, record, move, next, { pauseMs } = {}) =>
      saveWithin(options, transaction, record, move, next, pauseMs),
    lock: (transaction, orderId) => findByOrder(transaction, orderId, 'FOR UPDATE OF sagas'),
    find: (orderId) => findByOrder(database, orderId, ''),
    claim: (limit) => claim(options, limit),
    async renew(sagaIds) {
      await database.query(
        'renew saga leases',
        `UPDATE sagas SET lease_until = now() + $3 ${MILLISECONDS}
         WHERE lease_owner = $1 AND saga_id = ANY($2) AND ended_at IS NULL AND NOT waiting`,
        [owner, sagaIds, leaseMs],
      );
    },
    async release({ sagaId, version }) {
      await database.query(
        'release saga lease',
        'UPDATE sagas SET lease_until = now() WHERE saga_id = $1 AND version = $2',
        [sagaId, version],
      );
    },
    countOwned: () =>
      database.query(
        'count owned sagas',
        `SELECT state, count(*)::int AS count FROM sagas
         WHERE ended_at IS NULL AND lease_owner = $1 GROUP BY state`,
        [owner],
      ),
  };
}

/** An order that was written down, and its row. */
interface Inserted {
  record: SagaRecord;
  row: Order;
}

/** @returns undefined if the order's key is taken */
async function insertOrder(
  transaction: Transaction,
  order: NewOrder,
): Promise<Inserted | undefined> {
  const { idempotencyKey, guarded, pauseMs: _, ...rest } = order;
  const [row] = await transaction.query<Order>(
    'insert order',
    `INSERT INTO orders
       (order_id, idempotency_key, customer_id, items, total_cents, currency, state, guarded,
        traceparent)
     VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $8)
     ON CONFLICT (idempotency_key) WHERE guarded DO NOTHING RETURNING ${ORDER_COLUMNS}`,
    [
      order.orderId,
      idempotencyKey,
      order.customerId,
      JSON.stringify(order.items),
      order.totalCents,
      order.currency,
      guarded,
      order.traceparent,
    ],
  );
  return row && { record: { ...rest, version: 1 }, row };
}

async function recordCreation(
  options: SagaRepositoryOptions,
  transaction: Transaction,
  { record, row }: Inserted,
): Promise<void> {
  const { customerId, items, totalCents, currency } = record;
  const payload = { customerId, items, totalCents, currency };
  await recordFacts(options, transaction, record, [{ type: 'order.created', payload }], row);
}

/** Records what happened to the order, and tells of it. */
async function recordFacts(
  { outbox, orderEvents }: SagaRepositoryOptions,
  transaction: Transaction,
  record: SagaRecord,
  facts: readonly OrderFact[],
  known?: Order,
): Promise<void> {
  if (facts.length === 0) return;
  await outbox.append(transaction, await orderEvents.record(transaction, record, facts, known));
}

async function saveWithin(
  options: SagaRepositoryOptions,
  transaction: Transaction,
  record: SagaRecord,
  move: SagaMove,
  next: Saga,
  pauseMs: number | undefined,
): Promise<SagaRecord | undefined> {
  const facts = factsOfMove(record.saga, move, next);
  const [saved, row] = await Promise.all([
    writeMove(options, transaction, record, move, next, pauseMs),
    facts.length > 0 ? findOrder(transaction, record.orderId) : undefined,
  ]);
  if (saved) await recordFacts(options, transaction, saved, facts, row);
  return saved;
}

async function begin(
  options: SagaRepositoryOptions,
  transaction: Transaction,
  order: NewOrder,
): Promise<SagaRecord | undefined> {
  const inserted = await insertOrder(transaction, order);
  if (!inserted) return undefined;
  await Promise.all([
    insertSaga(options, transaction, inserted.record, order.pauseMs),
    recordCreation(options, transaction, inserted),
  ]);
  return inserted.record;
}

async function insertSaga(
  { owner, leaseMs }: SagaRepositoryOptions,
  transaction: Transaction,
  record: SagaRecord,
  pauseMs: number | undefined,
): Promise<void> {
  await transaction.query(
    'insert saga',
    `WITH begun AS (
       INSERT INTO sagas (saga_id, order_id, state, step, machine, version, lease_owner,
         lease_until, waiting, correlation_id, traceparent, style)
       VALUES ($1, $2, $3, $4, $5, 1, $6, now() + $7 ${MILLISECONDS}, $10, $8, $9, $11)
     )
     INSERT INTO saga_journal (saga_id, version, owner, move, step, state)
     VALUES ($1, 1, $6, 'begun', $4, $3)`,
    [
      record.sagaId,
      record.orderId,
      record.saga.state,
      stepOf(record.saga),
      JSON.stringify(record.saga),
      owner,
      pauseMs ?? leaseMs,
      record.correlationId,
      record.traceparent,
      pauseMs !== undefined,
      record.style,
    ],
  );
}

async function writeMove(
  { owner, leaseMs }: SagaRepositoryOptions,
  queryable: Queryable,
  record: SagaRecord,
  move: SagaMove,
  next: Saga,
  pauseMs: number | undefined,
): Promise<SagaRecord | undefined> {
  const written = await queryable.query(
    'write saga move',
    `WITH moved AS (
       UPDATE sagas SET state = $3, step = $4, machine = $5, version = version + 1,
         lease_until = now() + $6 ${MILLISECONDS}, waiting = $7, updated_at = now(),
         ended_at = CASE WHEN $8 THEN now() END
       WHERE saga_id = $1 AND version = $2 AND ended_at IS NULL
       RETURNING saga_id, version
     )
     INSERT INTO saga_journal (saga_id, version, owner, move, step, state, detail)
     SELECT saga_id, version, $9, $10, $11, $3, $12 FROM moved
     RETURNING version`,
    [
      record.sagaId,
      record.version,
      next.state,
      stepOf(next),
      JSON.stringify(next),
      pauseMs ?? leaseMs,
      pauseMs !== undefined,
      isEnded(next),
      owner,
      move.kind,
      stepOf(record.saga),
      detailOf(move),
    ],
  );
  if (written.length === 0) return undefined;
  return { ...record, saga: next, version: record.version + 1 };
}

async function findByOrder(
  queryable: Queryable,
  orderId: string,
  lock: '' | 'FOR UPDATE OF sagas',
): Promise<SagaRecord | undefined> {
  const [record] = await queryable.query<SagaRecord>(
    'select saga of order',
    `SELECT ${RECORD_COLUMNS} FROM sagas JOIN orders USING (order_id)
     WHERE sagas.order_id = $1 ${lock}`,
    [orderId],
  );
  return record;
}

async function claim(
  { database, owner, leaseMs }: SagaRepositoryOptions,
  limit: number,
): Promise<ClaimedSaga[]> {
  return database.query<ClaimedSaga>(
    'claim sagas',
    `UPDATE sagas SET lease_owner = $1, lease_until = now() + $2 ${MILLISECONDS},
       version = sagas.version + 1, waiting = false
     FROM (
       SELECT saga_id, lease_owner AS prior_owner, NOT waiting AS abandoned
       FROM sagas WHERE ended_at IS NULL AND lease_until <= now()
       ORDER BY lease_until LIMIT $3 FOR UPDATE SKIP LOCKED
     ) AS due, orders
     WHERE sagas.saga_id = due.saga_id AND orders.order_id = sagas.order_id
     RETURNING ${RECORD_COLUMNS}, due.abandoned, due.prior_owner AS "priorOwner"`,
    [owner, leaseMs, limit],
  );
}

function detailOf(move: SagaMove): string | null {
  switch (move.kind) {
    case 'step-failed':
      return `${move.failure.code}: ${move.failure.detail} (effect ${move.effect})`;
    case 'cancelled':
      return `${move.failure.code}: ${move.failure.detail} (given up)`;
    case 'compensation-failed':
      return move.reason;
    case 'step-completed':
    case 'compensation-completed':
    case 'interrupted':
      return null;
  }
}
