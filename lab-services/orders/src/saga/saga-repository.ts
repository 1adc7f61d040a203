import type { Database, DomainEvent, Queryable, Transaction } from '@faultline/chassis';
import type { OrderEvents } from '../order/order-events.ts';
import type { ClaimedSaga, SagaRecord } from './saga-record.ts';
import { isEnded, stepOf, type Saga, type SagaMove } from './saga.ts';

/** An order to begin. */
export type NewOrder = Omit<SagaRecord, 'version'> & { idempotencyKey: string };

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
   * @returns undefined if an order with this idempotency key exists
   */
  begin(order: NewOrder): Promise<SagaRecord | undefined>;
  /**
   * Writes a move and renews the lease; if the saga ended, also the order's outcome and its event,
   * in one transaction.
   *
   * @returns undefined if someone else has moved or taken the saga since
   */
  save(
    record: SagaRecord,
    move: SagaMove,
    next: Saga,
    options?: SaveOptions,
  ): Promise<SagaRecord | undefined>;
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

const MILLISECONDS = `* interval '1 millisecond'`;

/** Creates the repository over PostgreSQL. */
export function createSagaRepository(options: SagaRepositoryOptions): SagaRepository {
  const { database, owner, leaseMs } = options;
  return {
    begin: (order) => database.transaction((transaction) => begin(options, transaction, order)),
    async save(record, move, next, { pauseMs } = {}) {
      const write = (queryable: Queryable) =>
        writeMove(options, queryable, record, move, next, pauseMs);
      if (!isEnded(next)) return write(database);
      return database.transaction(async (transaction) => {
        const saved = await write(transaction);
        if (saved) await writeOutcome(options, transaction, saved);
        return saved;
      });
    },
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

async function begin(
  { outbox, orderEvents, owner, leaseMs }: SagaRepositoryOptions,
  transaction: Transaction,
  order: NewOrder,
): Promise<SagaRecord | undefined> {
  const { idempotencyKey, ...rest } = order;
  const inserted = await transaction.query(
    'insert order',
    `INSERT INTO orders
       (order_id, idempotency_key, customer_id, items, total_cents, currency, state)
     VALUES ($1, $2, $3, $4, $5, $6, 'pending')
     ON CONFLICT (idempotency_key) DO NOTHING RETURNING order_id`,
    [
      order.orderId,
      idempotencyKey,
      order.customerId,
      JSON.stringify(order.items),
      order.totalCents,
      order.currency,
    ],
  );
  if (inserted.length === 0) return undefined;
  const record: SagaRecord = { ...rest, version: 1 };
  await transaction.query(
    'insert saga',
    `WITH begun AS (
       INSERT INTO sagas (saga_id, order_id, state, step, machine, version, lease_owner,
         lease_until, correlation_id, traceparent)
       VALUES ($1, $2, $3, $4, $5, 1, $6, now() + $7 ${MILLISECONDS}, $8, $9)
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
      leaseMs,
      record.correlationId,
      record.traceparent,
    ],
  );
  await outbox.append(transaction, [orderEvents.created(record)]);
  return record;
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

async function writeOutcome(
  { outbox, orderEvents }: SagaRepositoryOptions,
  transaction: Transaction,
  record: SagaRecord,
): Promise<void> {
  const { saga, orderId } = record;
  const failure = saga.state === 'compensated' ? saga.failure : null;
  await transaction.query(
    'update order outcome',
    'UPDATE orders SET state = $2, failure = $3, updated_at = now() WHERE order_id = $1',
    [orderId, failure ? 'failed' : 'confirmed', failure ? JSON.stringify(failure) : null],
  );
  await outbox.append(transaction, [
    failure ? orderEvents.failed(record, failure) : orderEvents.confirmed(record),
  ]);
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
     RETURNING sagas.saga_id AS "sagaId", sagas.order_id AS "orderId",
       orders.customer_id AS "customerId", orders.items, orders.total_cents AS "totalCents",
       orders.currency, sagas.machine AS saga, sagas.version,
       sagas.correlation_id AS "correlationId", sagas.traceparent,
       due.abandoned, due.prior_owner AS "priorOwner"`,
    [owner, leaseMs, limit],
  );
}

function detailOf(move: SagaMove): string | null {
  switch (move.kind) {
    case 'step-failed':
      return `${move.failure.code}: ${move.failure.detail} (effect ${move.effect})`;
    case 'compensation-failed':
      return move.reason;
    case 'step-completed':
    case 'compensation-completed':
    case 'interrupted':
      return null;
  }
}
