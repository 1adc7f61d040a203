import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type pg from 'pg';
import { ConfigurationError } from '../config/parse-environment.ts';

/** One change of the database's schema; applied once. */
export interface Migration {
  /** Unique in the database; the order of application is the order of the list. */
  name: string;
  sql: string;
}

const FILE_NAME = /^\d{3}-[a-z0-9-]+\.sql$/;

/** Any number that no other user of advisory locks in this database takes: "faultline" in ASCII. */
export const MIGRATION_LOCK = '7377294672';

/** Reads the `NNN-name.sql` files of `folder` in the order of their names. */
export async function readMigrations(folder: URL): Promise<Migration[]> {
  const base = folder.href.endsWith('/') ? folder : new URL(`${folder.href}/`);
  const names = (await readdir(base)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      if (!FILE_NAME.test(name)) {
        throw new ConfigurationError(
          `Bad migration: the file name must match NNN-name.sql; received ${name}`,
        );
      }
      return { name, sql: await readFile(new URL(name, base), 'utf8') };
    }),
  );
}

/**
 * Applies what is missing of `migrations`, each in its own transaction, under an advisory lock: of
 * several instances that start at once one migrates and the others wait.
 *
 * @throws ConfigurationError if an applied migration was changed afterwards
 * @returns the names applied by this call
 */
export async function migrate(pool: pg.Pool, migrations: readonly Migration[]): Promise<string[]> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`);
    await client.query(`CREATE TABLE IF NOT EXISTS schema_migrations (
      name text PRIMARY KEY, checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT clock_timestamp())`);
    const found = await client.query<{ name: string; checksum: string }>(
      'SELECT name, checksum FROM schema_migrations',
    );
    const applied = new Map(found.rows.map(({ name, checksum }) => [name, checksum]));
    const missing = migrations.filter((migration) => !isApplied(migration, applied));
    for (const migration of missing) await apply(client, migration);
    return missing.map(({ name }) => name);
  } catch (error) {
    broken = error as Error;
    throw error;
  } finally {
    if (!broken) await client.query(`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`);
    // A session that failed half way is closed, which frees the lock, too.
    client.release(broken);
  }
}

function isApplied(migration: Migration, applied: ReadonlyMap<string, string>): boolean {
  const checksum = applied.get(migration.name);
  if (checksum === undefined) return false;
  if (checksum === checksumOf(migration)) return true;
  throw new ConfigurationError(
    `Bad migration: ${migration.name} was changed after it was applied. ` +
      'Restore it, and write the change as a new migration',
  );
}

async function apply(client: pg.PoolClient, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    await client.query('INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)', [
      migration.name,
      checksumOf(migration),
    ]);
    await client.query('COMMIT');
  } catch (error) {
    const code = (error as { code?: string }).code;
    // Only PostgreSQL's own verdict on the SQL is final; a lost connection is worth another try.
    if (code && /^(42|22|23)/.test(code)) {
      throw new ConfigurationError(`Migration ${migration.name}: ${(error as Error).message}`, {
        cause: error,
      });
    }
    throw error;
  }
}

function checksumOf(migration: Migration): string {
  return createHash('sha256').update(migration.sql).digest('hex');
}
