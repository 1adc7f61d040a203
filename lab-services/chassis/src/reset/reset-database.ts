import type pg from 'pg';
import { MIGRATION_LOCK, type Migration } from '../database/migrations.ts';
import type { Clock } from '../core/index.ts';

/** Deadlock, and a lock that somebody holds for too long: worth another try. */
const REPEATABLE = new Set(['40P01', '55P03']);
/** How long each attempt waits for one lock, milliseconds. */
const LOCK_WAITS_MS = [100, 200, 400, 800, 1600, 1600, 1600];
const PAUSE_MS = 50;

/**
 * Makes the database what the migrations make of an empty one, in one transaction: who asks meanwhile
 * waits and finds the new tables. The list of applied migrations stays.
 *
 * @throws the database's error when others hold locks for longer than 6 s
 */
export async function resetDatabase(
  pool: pg.Pool,
  migrations: readonly Migration[],
  clock: Clock,
): Promise<void> {
  const busy: string[] = [];
  for (const [attempt, waitMs] of LOCK_WAITS_MS.entries()) {
    try {
      return await resetOnce(pool, migrations, waitMs, busy);
    } catch (error) {
      const { code = '' } = error as { code?: string };
      if (attempt === LOCK_WAITS_MS.length - 1 || !REPEATABLE.has(code)) throw error;
      await clock.sleep(PAUSE_MS);
    }
  }
}

/** @param busy tables that an attempt waited for in vain; this one adds its own, in front. */
async function resetOnce(
  pool: pg.Pool,
  migrations: readonly Migration[],
  lockWaitMs: number,
  busy: string[],
): Promise<void> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    await client.query(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    await client.query(`SET LOCAL lock_timeout = ${lockWaitMs}`);
    const tables = await lockTables(client, busy);
    if (tables.length > 0) await client.query(`DROP TABLE ${tables.join(', ')} CASCADE`);
    await client.query(DROP_THE_REST);
    for (const { sql } of migrations) await client.query(sql);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch((cause: Error) => {
      broken = cause;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * Takes what is busy first: who holds it may ask for the others next, and would never get them from
 * a reset that has them and waits for this one.
 *
 * @returns every table of the schema but the list of migrations, quoted
 */
async function lockTables(client: pg.PoolClient, busy: string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(TABLES);
  const names = rows.map(({ name }) => name);
  const isThere = (name: string) => names.includes(name);
  for (const name of new Set([...busy.filter(isThere), ...names])) {
    try {
      await client.query(`LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`);
    } catch (error) {
      busy.unshift(name);
      throw error;
    }
  }
  return names;
}

const TABLES = `SELECT format('%I', tablename) AS name FROM pg_tables
  WHERE schemaname = current_schema() AND tablename <> 'schema_migrations' ORDER BY tablename`;

/** Routines and enums of the schema but those that belong to extensions. */
const DROP_THE_REST = `DO $reset$
DECLARE
  doomed text;
BEGIN
  FOR doomed IN
    SELECT format('DROP ROUTINE %s', routine.oid::regprocedure) FROM pg_proc AS routine
     WHERE pronamespace = current_schema()::regnamespace
       AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = routine.oid AND deptype = 'e')
  LOOP EXECUTE doomed; END LOOP;
  FOR doomed IN
    SELECT format('DROP TYPE %I', typname) FROM pg_type
     WHERE typnamespace = current_schema()::regnamespace AND typtype = 'e'
  LOOP EXECUTE doomed; END LOOP;
END
$reset$`;
