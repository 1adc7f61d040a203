import type { Queryable, Transaction } from '@faultline/chassis';

/** One generation of the projection. */
export interface Generation {
  generation: number;
  state: 'building' | 'serving';
  /** Last position of the log that is in it. */
  checkpoint: number;
  /** Milliseconds since the Unix epoch. */
  startedAt: number;
}

/** Where the projection stands, all of one moment. */
export interface ProjectionStatus {
  /** Last position of the log. */
  head: number;
  serving: Generation;
  /** The one that a rebuild makes; null while there is no rebuild. */
  building: Generation | null;
  /** Events that are in the log and not yet in what is served. */
  lagEvents: number;
  /** How long the oldest of them has waited, milliseconds. */
  lagMs: number;
  /** The answers show everything that was consumed up to then, milliseconds since the Unix epoch. */
  asOf: number;
  /** When the last rebuild took over; null if there was none. */
  rebuiltAt: number | null;
  /** Whether rows of a retired generation are still there. */
  sweeping: boolean;
}

interface StatusRow {
  head: number;
  now: number;
  waitingSince: number | null;
  rebuiltAt: number | null;
  sweeping: boolean;
  generations: Generation[];
}

/** Reads where the projection stands, in one statement. */
export async function readStatus(queryable: Queryable): Promise<ProjectionStatus> {
  const [row] = await queryable.query<StatusRow>(
    'select projection status',
    `SELECT position::float8 AS head,
       floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
       (SELECT floor(extract(epoch FROM recorded_at) * 1000)::float8 FROM history_log
         WHERE position = 1 +
           (SELECT checkpoint FROM projection_generations WHERE state = 'serving'))
         AS "waitingSince",
       (SELECT floor(extract(epoch FROM switched_at) * 1000)::float8 FROM projection_generations
         WHERE state = 'serving' AND generation > 1) AS "rebuiltAt",
       EXISTS (SELECT 1 FROM projection_generations WHERE state = 'retired' AND NOT swept)
         AS sweeping,
       (SELECT jsonb_agg(jsonb_build_object('generation', generation, 'state', state,
           'checkpoint', checkpoint,
           'startedAt', floor(extract(epoch FROM started_at) * 1000)))
         FROM projection_generations WHERE state <> 'retired') AS generations
     FROM history_head`,
  );
  const serving = row?.generations.find(({ state }) => state === 'serving');
  if (!row || !serving) throw new Error('no generation of the projection serves');
  const lagMs = Math.max(0, row.waitingSince === null ? 0 : row.now - row.waitingSince);
  return {
    head: row.head,
    serving,
    building: row.generations.find(({ state }) => state === 'building') ?? null,
    lagEvents: row.head - serving.checkpoint,
    lagMs,
    asOf: row.now - lagMs,
    rebuiltAt: row.rebuiltAt,
    sweeping: row.sweeping,
  };
}

/** One projector at a time over all instances: the lock is held until the transaction ends. */
export async function lockProjection(transaction: Transaction): Promise<void> {
  await transaction.query(
    'lock projection',
    `SELECT pg_advisory_xact_lock(hashtextextended('projection', 0))`,
  );
}

/** Begins a rebuild; one that is under way goes on. @returns whether this call began one */
export async function beginRebuild(queryable: Queryable): Promise<boolean> {
  const begun = await queryable.query(
    'begin rebuild',
    `INSERT INTO projection_generations (state) VALUES ('building')
     ON CONFLICT DO NOTHING RETURNING generation`,
  );
  return begun.length === 1;
}

/** Moves a generation's checkpoint, in the transaction that brought the entries in. */
export async function moveCheckpoint(
  transaction: Transaction,
  generation: number,
  checkpoint: number,
): Promise<void> {
  await transaction.query(
    'move checkpoint',
    'UPDATE projection_generations SET checkpoint = $2 WHERE generation = $1',
    [generation, checkpoint],
  );
}

/** From the commit on the generation serves, and the one before is to be swept. */
export async function switchTo(transaction: Transaction, generation: number): Promise<void> {
  await transaction.query(
    'retire generation',
    `UPDATE projection_generations SET state = 'retired' WHERE state = 'serving'`,
  );
  await transaction.query(
    'switch generation',
    `UPDATE projection_generations SET state = 'serving', switched_at = now()
     WHERE generation = $1`,
    [generation],
  );
}

const SWEPT_AT_ONCE = 2_000;
const TABLES = ['order_views', 'customer_totals', 'best_sellers'] as const;

/** Deletes some rows of a retired generation. */
export async function sweep(transaction: Transaction): Promise<void> {
  const [retired] = await transaction.query<{ generation: number }>(
    'select retired generation',
    `SELECT generation FROM projection_generations WHERE state = 'retired' AND NOT swept LIMIT 1`,
  );
  if (!retired) return;
  for (const table of TABLES) {
    const deleted = await transaction.query(
      `sweep ${table}`,
      `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM ${table} WHERE generation = $1 LIMIT ${SWEPT_AT_ONCE})) RETURNING 1`,
      [retired.generation],
    );
    if (deleted.length > 0) return;
  }
  await transaction.query(
    'mark generation swept',
    'UPDATE projection_generations SET swept = true WHERE generation = $1',
    [retired.generation],
  );
}
