import { problem, type Chassis, type Transaction } from '@faultline/chassis';
import { PHASE_LEASE_MS } from './current-phase.ts';
import { mayMove, PHASES, type Phase } from './phase.ts';

/** Where the change stands. */
export interface SchemaStatus {
  phase: Phase;
  /** Whether every instance has left the phase before. */
  settled: boolean;
  backfill: { done: number; total: number };
  /** Phases that one may go to from here. */
  next: Phase[];
}

/** The change of the schema, driven from outside. */
export interface SchemaChange {
  status(): Promise<SchemaStatus>;
  /**
   * Goes to a neighbouring phase and resolves when all instances have followed. The same phase
   * again goes on with what a crash left: settling, the backfill.
   */
  moveTo(phase: Phase): Promise<SchemaStatus>;
  /** The change in one step, as one does it who forgets that other instances are running. */
  allAtOnce(): Promise<SchemaStatus>;
}

/** An instance may have learnt of its phase just before; this is for the statement that follows. */
const MARGIN_MS = 500;
const BATCH = 5;
/** Between batches: a backfill leaves room for the work of others. */
const BATCH_PAUSE_MS = 50;

const CREATE_PRICES = `CREATE TABLE IF NOT EXISTS prices (
  sku text PRIMARY KEY REFERENCES products,
  amount_cents integer NOT NULL CHECK (amount_cents > 0),
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'))`;
const COPY = `INSERT INTO prices (sku, amount_cents, currency)
  SELECT sku, price_cents, currency FROM batch
  ON CONFLICT (sku) DO UPDATE SET amount_cents = excluded.amount_cents,
    currency = excluded.currency`;
const DROP_OLD =
  'ALTER TABLE products DROP COLUMN IF EXISTS price_cents, DROP COLUMN IF EXISTS currency';
/** For the way back: until all instances write them again there are products without a price. */
const ADD_OLD = 'ALTER TABLE products ADD COLUMN price_cents integer, ADD COLUMN currency text';
/** In the order in which writers take them; nobody changes a price meanwhile. */
const LOCK_BOTH = 'LOCK TABLE products, prices IN ACCESS EXCLUSIVE MODE';
const FILL_OLD = `UPDATE products SET price_cents = amount_cents, currency = prices.currency
  FROM prices WHERE prices.sku = products.sku`;
const CONSTRAIN_OLD = `ALTER TABLE products
  ALTER COLUMN price_cents SET NOT NULL, ADD CHECK (price_cents > 0),
  ALTER COLUMN currency SET NOT NULL, ALTER COLUMN currency SET DEFAULT 'EUR',
  ADD CHECK (currency ~ '^[A-Z]{3}$')`;

/** Creates the change. */
export function createSchemaChange(
  chassis: Pick<Chassis, 'database' | 'clock' | 'log'>,
): SchemaChange {
  const { database, clock, log } = chassis;

  async function status(): Promise<SchemaStatus> {
    const [row] = await database.query<Omit<SchemaStatus, 'backfill' | 'next'> & Progress>(
      'select schema change',
      `SELECT phase, settled, (SELECT count(*)::int FROM products) AS total,
         (SELECT count(*)::int FROM products WHERE sku <= backfilled_to) AS done
       FROM schema_change`,
    );
    if (!row) throw new Error('table schema_change is empty');
    const { phase, settled, done, total } = row;
    const next = PHASES.filter((one) => one !== phase && mayMove(phase, one));
    return { phase, settled, backfill: { done, total }, next };
  }

  /** Between two phases every instance may be in either; afterwards all are in the new one. */
  async function settle(phase: Phase): Promise<void> {
    await clock.sleep(PHASE_LEASE_MS + MARGIN_MS);
    await database.transaction(async (transaction) => {
      await transaction.query('lock timeout', `SET LOCAL lock_timeout = '2s'`);
      if (phase === 'contract') await transaction.query('drop old columns', DROP_OLD);
      if (phase === 'read-new') await completeOld(transaction);
      if (phase === 'before') {
        await transaction.query('drop prices', 'DROP TABLE IF EXISTS prices');
      }
      await transaction.query('settle phase', 'UPDATE schema_change SET settled = true');
    });
    log.info({ phase }, 'schema phase settled');
  }

  return {
    status,
    async moveTo(phase) {
      await database.transaction((transaction) => beginPhase(transaction, phase));
      await settle(phase);
      if (phase === 'backfill') await backfill(chassis);
      return status();
    },
    async allAtOnce() {
      await database.transaction(async (transaction) => {
        const { phase } = await lockChange(transaction);
        if (phase !== 'before') throw refused(`all at once is for phase before, not ${phase}`);
        await transaction.query('create prices', CREATE_PRICES);
        await transaction.query('copy prices', `WITH batch AS (SELECT * FROM products) ${COPY}`);
        await transaction.query('drop old columns', DROP_OLD);
        await setPhase(transaction, 'contract', true);
      });
      return status();
    },
  };
}

interface Progress {
  done: number;
  total: number;
}

async function beginPhase(transaction: Transaction, phase: Phase): Promise<void> {
  const { phase: from, settled } = await lockChange(transaction);
  if (!mayMove(from, phase)) {
    throw refused(`from ${from} there is no step to ${phase}`);
  }
  if (!settled && from !== phase) {
    throw refused(`${from} is not settled; ask for ${from} again to go on with it`);
  }
  if (from === phase) return;
  if (phase === 'expand' && from === 'before') {
    await transaction.query('create prices', CREATE_PRICES);
  }
  if (phase === 'read-new' && from === 'backfill') await refuseGaps(transaction);
  if (phase === 'read-new' && from === 'contract') {
    await transaction.query('add old columns', ADD_OLD);
  }
  await setPhase(transaction, phase, false);
}

/** Makes columns that came back what they were: filled, and bound by the same rules. */
async function completeOld(transaction: Transaction): Promise<void> {
  const unfinished = await transaction.query(
    'find old columns without rules',
    `SELECT 1 FROM information_schema.columns WHERE table_schema = current_schema()
       AND table_name = 'products' AND column_name = 'price_cents' AND is_nullable = 'YES'`,
  );
  if (unfinished.length === 0) return;
  await transaction.query('lock prices', LOCK_BOTH);
  await transaction.query('fill old columns', FILL_OLD);
  await transaction.query('constrain old columns', CONSTRAIN_OLD);
}

/** A table that lacks a price, or has another one, must not be read. */
async function refuseGaps(transaction: Transaction): Promise<void> {
  const [row] = await transaction.query<{ gaps: number }>(
    'compare prices',
    `SELECT count(*)::int AS gaps FROM products LEFT JOIN prices USING (sku)
     WHERE amount_cents IS DISTINCT FROM price_cents
       OR prices.currency IS DISTINCT FROM products.currency`,
  );
  if (row?.gaps) throw refused(`${row.gaps} prices are not copied yet`);
}

async function lockChange(transaction: Transaction): Promise<{ phase: Phase; settled: boolean }> {
  const [row] = await transaction.query<{ phase: Phase; settled: boolean }>(
    'lock schema change',
    'SELECT phase, settled FROM schema_change FOR UPDATE',
  );
  if (!row) throw new Error('table schema_change is empty');
  return row;
}

async function setPhase(transaction: Transaction, phase: Phase, settled: boolean): Promise<void> {
  // Below dual-write prices change unseen by the new table: what was copied counts no more.
  await transaction.query(
    'set schema phase',
    `UPDATE schema_change SET phase = $1, settled = $2, changed_at = clock_timestamp(),
       backfilled_to = CASE WHEN $1 IN ('before', 'expand', 'dual-write') THEN ''
         ELSE backfilled_to END`,
    [phase, settled],
  );
}

/** Copies what is not copied yet; a crash loses one batch, and the same phase again goes on. */
async function backfill({ database, clock }: Pick<Chassis, 'database' | 'clock'>): Promise<void> {
  for (let copied = BATCH; copied > 0;) {
    copied = await database.transaction(async (transaction) => {
      const { phase } = await lockChange(transaction);
      if (phase !== 'backfill') return 0;
      // Locked: a price that changes meanwhile is not overwritten with the one before.
      const rows = await transaction.query<{ sku: string }>(
        'backfill prices',
        `WITH batch AS (
           SELECT sku, price_cents, currency FROM products
           WHERE sku > (SELECT backfilled_to FROM schema_change)
           ORDER BY sku LIMIT ${BATCH} FOR UPDATE
         ) ${COPY} RETURNING sku`,
      );
      const last = rows
        .map(({ sku }) => sku)
        .sort()
        .at(-1);
      if (last === undefined) return 0;
      await transaction.query('note backfill', 'UPDATE schema_change SET backfilled_to = $1', [
        last,
      ]);
      return rows.length;
    });
    if (copied > 0) await clock.sleep(BATCH_PAUSE_MS);
  }
}

function refused(detail: string): Error {
  return problem(409, 'schema-phase-refused', detail);
}
