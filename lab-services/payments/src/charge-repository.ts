import type { Database, Transaction } from '@faultline/chassis';
import {
  decideDecline,
  isRepetition,
  type Charge,
  type ChargeOutcome,
  type ChargeRequest,
  type Refund,
} from './charge.ts';

/** Where charges are kept. Every method is one transaction. */
export interface ChargeRepository {
  /** Decides a request once per `idempotencyKey`; `chargeId` is used if it is the first. */
  charge(request: ChargeRequest, idempotencyKey: string, chargeId: string): Promise<ChargeOutcome>;
  /** Gives back all that was captured for the order, once, and bars it from new charges. */
  refund(orderId: string): Promise<Refund>;
  findByOrder(orderId: string): Promise<Charge[]>;
}

const COLUMNS = `charge_id AS "chargeId", order_id AS "orderId", amount_cents AS "amountCents",
  currency, state, decline_reason AS "declineReason"`;

/** Creates the repository over PostgreSQL. */
export function createChargeRepository(database: Database): ChargeRepository {
  return {
    charge: (request, idempotencyKey, chargeId) =>
      database.transaction((transaction) => charge(transaction, request, idempotencyKey, chargeId)),
    refund: (orderId) => database.transaction((transaction) => refund(transaction, orderId)),
    findByOrder: (orderId) =>
      database.query<Charge>(
        'select charges of order',
        `SELECT ${COLUMNS} FROM charges WHERE order_id = $1 ORDER BY created_at`,
        [orderId],
      ),
  };
}

async function charge(
  transaction: Transaction,
  request: ChargeRequest,
  idempotencyKey: string,
  chargeId: string,
): Promise<ChargeOutcome> {
  await lockOrder(transaction, request.orderId);
  const earlier = await findByKey(transaction, idempotencyKey);
  if (earlier) return replay(earlier, request);

  const voided = await transaction.query(
    'select voided order',
    'SELECT 1 FROM voided_orders WHERE order_id = $1',
    [request.orderId],
  );
  if (voided.length > 0) return { kind: 'voided' };

  const declineReason = decideDecline(request);
  const [decided] = await transaction.query<Charge>(
    'insert charge',
    `INSERT INTO charges
       (charge_id, idempotency_key, order_id, amount_cents, currency, state, decline_reason)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (idempotency_key) DO NOTHING
     RETURNING ${COLUMNS}`,
    [
      chargeId,
      idempotencyKey,
      request.orderId,
      request.amountCents,
      request.currency,
      declineReason === null ? 'captured' : 'declined',
      declineReason,
    ],
  );
  // Nothing inserted: another order took the key in this moment, so the key was reused.
  return decided ? { kind: 'decided', charge: decided, replayed: false } : { kind: 'key-reused' };
}

function replay(earlier: Charge, request: ChargeRequest): ChargeOutcome {
  if (!isRepetition(earlier, request)) return { kind: 'key-reused' };
  // The first answer, as it was then: a refund since does not change what the charge was.
  const state = earlier.state === 'refunded' ? 'captured' : earlier.state;
  return { kind: 'decided', charge: { ...earlier, state }, replayed: true };
}

async function refund(transaction: Transaction, orderId: string): Promise<Refund> {
  await lockOrder(transaction, orderId);
  await transaction.query(
    'insert voided order',
    'INSERT INTO voided_orders (order_id) VALUES ($1) ON CONFLICT DO NOTHING',
    [orderId],
  );
  await transaction.query(
    'refund charges',
    `UPDATE charges SET state = 'refunded', refunded_at = now()
     WHERE order_id = $1 AND state = 'captured'`,
    [orderId],
  );
  const [sum] = await transaction.query<{ cents: number }>(
    'sum refunds of order',
    `SELECT coalesce(sum(amount_cents), 0)::int AS cents FROM charges
     WHERE order_id = $1 AND state = 'refunded'`,
    [orderId],
  );
  const refundedCents = sum?.cents ?? 0;
  return { orderId, state: refundedCents > 0 ? 'refunded' : 'voided', refundedCents };
}

async function findByKey(transaction: Transaction, key: string): Promise<Charge | undefined> {
  const [row] = await transaction.query<Charge>(
    'select charge by key',
    `SELECT ${COLUMNS} FROM charges WHERE idempotency_key = $1`,
    [key],
  );
  return row;
}

/**
 * Makes charge and refund of one order wait for each other until the transaction ends, also
 * while there is no row yet that could be locked.
 */
async function lockOrder(transaction: Transaction, orderId: string): Promise<void> {
  await transaction.query('lock order', 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
    orderId,
  ]);
}
