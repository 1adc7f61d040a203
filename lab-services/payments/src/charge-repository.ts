import type { Database, Transaction } from '@faultline/chassis';
import {
  isRepetition,
  type Charge,
  type ChargeGuard,
  type ChargeOutcome,
  type ChargeRequest,
} from './charge.ts';

/** What a request to charge begins with: something decided before, or a charge to be made. */
export type Begun = ChargeOutcome | { kind: 'begun'; charge: Charge };

/** What the provider says of a charge that is pending. */
export type Settlement =
  | { state: 'captured' }
  | { state: 'declined'; reason: string }
  /** Another amount was captured: it has to be given back. */
  | { state: 'refunding' };

/** Where charges are kept. Every method is one transaction, and none waits for the provider. */
export interface ChargeRepository {
  /** Writes the intent to charge, once per key if so guarded; finds it again if it is there. */
  begin(request: ChargeRequest, guard: ChargeGuard, chargeId: string): Promise<Begun>;
  /** Takes one request back that certainly did not reach the provider. */
  notAsked(chargeId: string): Promise<void>;
  /** Writes the outcome of a pending charge; what it finds is settled already stays. */
  settle(charge: Charge, settlement: Settlement): Promise<ChargeOutcome>;
  /** Writes the intent to give all of the order's money back, and bars it from new charges. */
  beginRefund(orderId: string): Promise<Charge[]>;
  /** Writes that all of a charge, `capturedCents`, was given back. */
  finishRefund(chargeId: string, capturedCents: number): Promise<void>;
  /** What was given back of the order in all, cents. */
  refundedCents(orderId: string): Promise<number>;
  findByOrder(orderId: string): Promise<Charge[]>;
  /** Takes some charges that nobody has worked on for `idleMs`, for a while. */
  claimUnfinished(idleMs: number, limit: number): Promise<Charge[]>;
}

const COLUMNS = `charge_id AS "chargeId", order_id AS "orderId", amount_cents AS "amountCents",
  currency, state, decline_reason AS "declineReason",
  captured_cents = amount_cents AS "wasCaptured"`;

/** Why a charge of another amount counts as declined. */
const OTHER_AMOUNT = 'The card provider took another amount, and gave it back.';

/** Creates the repository over PostgreSQL. */
export function createChargeRepository(database: Database): ChargeRepository {
  return {
    begin: (request, guard, chargeId) =>
      database.transaction((transaction) => begin(transaction, request, guard, chargeId)),
    settle: (charge, settlement) =>
      database.transaction((transaction) => settle(transaction, charge, settlement)),
    beginRefund: (orderId) =>
      database.transaction((transaction) => beginRefund(transaction, orderId)),
    async notAsked(chargeId) {
      await database.query(
        'take request back',
        'UPDATE charges SET asked = asked - 1 WHERE charge_id = $1 AND asked > 0',
        [chargeId],
      );
    },
    async finishRefund(chargeId, capturedCents) {
      await database.query(
        'finish refund',
        `UPDATE charges SET captured_cents = $2, refunded_cents = $2, touched_at = now(),
           state = CASE WHEN $2 = 0 THEN 'voided' WHEN $2 = amount_cents THEN 'refunded'
             ELSE 'declined' END,
           refunded_at = CASE WHEN $2 = amount_cents THEN now() END,
           decline_reason = CASE WHEN $2 NOT IN (0, amount_cents) THEN $3 END
         WHERE charge_id = $1 AND state = 'refunding'`,
        [chargeId, capturedCents, OTHER_AMOUNT],
      );
    },
    async refundedCents(orderId) {
      const [sum] = await database.query<{ cents: number }>(
        'sum refunds of order',
        `SELECT coalesce(sum(refunded_cents), 0)::int AS cents FROM charges WHERE order_id = $1`,
        [orderId],
      );
      return sum?.cents ?? 0;
    },
    findByOrder: (orderId) =>
      database.query<Charge>(
        'select charges of order',
        `SELECT ${COLUMNS} FROM charges WHERE order_id = $1 ORDER BY created_at`,
        [orderId],
      ),
    claimUnfinished: (idleMs, limit) =>
      database.query<Charge>(
        'claim unfinished charges',
        `UPDATE charges SET touched_at = now() WHERE charge_id IN (
           SELECT charge_id FROM charges
           WHERE state IN ('pending', 'refunding') AND touched_at < now() - $1 * interval '1 ms'
           ORDER BY touched_at LIMIT $2 FOR UPDATE SKIP LOCKED)
         RETURNING ${COLUMNS}`,
        [idleMs, limit],
      ),
  };
}

async function begin(
  transaction: Transaction,
  request: ChargeRequest,
  { idempotencyKey, once }: ChargeGuard,
  chargeId: string,
): Promise<Begun> {
  const [, earlier, isVoided] = await Promise.all([
    lockOrder(transaction, request.orderId),
    once ? findByKey(transaction, idempotencyKey) : undefined,
    isVoidedOrder(transaction, request.orderId),
  ]);
  if (earlier && !isRepetition(earlier, request)) return { kind: 'key-reused' };
  if (earlier?.state === 'pending') {
    await transaction.query(
      'resume charge',
      'UPDATE charges SET asked = asked + 1, touched_at = now() WHERE charge_id = $1',
      [earlier.chargeId],
    );
    return { kind: 'begun', charge: earlier };
  }
  if (earlier) return replay(earlier);

  if (isVoided) return { kind: 'voided' };
  const [charge] = await transaction.query<Charge>(
    'insert charge',
    `INSERT INTO charges
       (charge_id, idempotency_key, order_id, amount_cents, currency, state, asked, guarded)
     VALUES ($1, $2, $3, $4, $5, 'pending', 1, $6)
     ON CONFLICT (idempotency_key) WHERE guarded DO NOTHING
     RETURNING ${COLUMNS}`,
    [chargeId, idempotencyKey, request.orderId, request.amountCents, request.currency, once],
  );
  // Nothing inserted: another order took the key in this moment, so the key was reused.
  return charge ? { kind: 'begun', charge } : { kind: 'key-reused' };
}

/** The first answer, as it was then: a refund since does not change what the charge was. */
function replay(earlier: Charge): ChargeOutcome {
  if (earlier.state !== 'declined' && !earlier.wasCaptured) return { kind: 'voided' };
  const state = earlier.state === 'declined' ? 'declined' : 'captured';
  return { kind: 'decided', charge: { ...earlier, state }, replayed: true };
}

async function settle(
  transaction: Transaction,
  { chargeId, amountCents, orderId }: Charge,
  settlement: Settlement,
): Promise<ChargeOutcome> {
  const [, [settled]] = await Promise.all([
    lockOrder(transaction, orderId),
    transaction.query<Charge>(
      'settle charge',
      `UPDATE charges SET state = $2, captured_cents = $3, decline_reason = $4, touched_at = now()
       WHERE charge_id = $1 AND state = 'pending' RETURNING ${COLUMNS}`,
      [
        chargeId,
        settlement.state,
        settlement.state === 'captured' ? amountCents : 0,
        settlement.state === 'declined' ? settlement.reason : null,
      ],
    ),
  ]);
  if (settled) return { kind: 'decided', charge: settled, replayed: false };
  const [found] = await transaction.query<Charge>(
    'select charge',
    `SELECT ${COLUMNS} FROM charges WHERE charge_id = $1`,
    [chargeId],
  );
  // Whoever settled it in the meantime decided what the answer is; a refund decided against it.
  if (found?.state === 'captured' || found?.state === 'declined') return replay(found);
  return { kind: 'voided' };
}

async function beginRefund(transaction: Transaction, orderId: string): Promise<Charge[]> {
  const [, , begun] = await Promise.all([
    lockOrder(transaction, orderId),
    transaction.query(
      'insert voided order',
      'INSERT INTO voided_orders (order_id) VALUES ($1) ON CONFLICT DO NOTHING',
      [orderId],
    ),
    transaction.query<Charge>(
      'begin refunds',
      `WITH begun AS (
         UPDATE charges SET touched_at = now(),
           state = CASE WHEN state = 'pending' AND asked = 0 THEN 'voided' ELSE 'refunding' END
         WHERE order_id = $1 AND state IN ('pending', 'captured', 'refunding') RETURNING *)
       SELECT ${COLUMNS} FROM begun WHERE state = 'refunding' ORDER BY charge_id`,
      [orderId],
    ),
  ]);
  return begun;
}

async function isVoidedOrder(transaction: Transaction, orderId: string): Promise<boolean> {
  const rows = await transaction.query(
    'select voided order',
    'SELECT 1 FROM voided_orders WHERE order_id = $1',
    [orderId],
  );
  return rows.length > 0;
}

/** The first of the charges with this key: while it was not looked at there may be more. */
async function findByKey(transaction: Transaction, key: string): Promise<Charge | undefined> {
  const [row] = await transaction.query<Charge>(
    'select charge by key',
    `SELECT ${COLUMNS} FROM charges WHERE idempotency_key = $1 ORDER BY created_at LIMIT 1`,
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
