import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { Logger } from 'pino';
import { SCHEMA_VERSION } from './schema.ts';

/** Why the store cannot be used, and the way out. Ends the start of the collector. */
export class StoreUnavailableError extends Error {
  override name = 'StoreUnavailableError';
}

/** An open database file. */
export interface Database {
  /** A further connection; the caller closes it. */
  connect(): Promise<DuckDBConnection>;
  /** Bytes in use, the write-ahead log included. Free blocks of the file do not count. */
  sizeBytes(): Promise<number>;
  /** Bytes of the write-ahead log. */
  logBytes(): number;
  /** Moves the log into the file, beside the event loop. Nobody may write meanwhile. */
  checkpoint(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** DuckDB's share of the collector's memory. Sorting and grouping spill to disk beyond. */
const MEMORY_LIMIT = '128MB';
const THREADS = '2';

/**
 * Opens `telemetry.duckdb` in `directory`, creating both. A file that cannot be read is moved aside
 * and a new one begun: telemetry is worth less than a lab that starts.
 *
 * @throws StoreUnavailableError when the folder cannot be written or another process has the file
 */
export async function openDatabase(directory: string, log: Logger): Promise<Database> {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw new StoreUnavailableError(
      `--data-dir: a folder that can be written, received ${directory} (${message(error)}). ` +
        'Choose another folder with --data-dir.',
      { cause: error },
    );
  }
  const file = join(directory, 'telemetry.duckdb');
  let opened = await tryOpen(file, directory);
  if (!opened.ok) {
    refuseForeignProblem(opened.error, file, directory);
    const aside = moveAside(file);
    log.warn({ file, aside, cause: message(opened.error) }, 'store was damaged, began a new one');
    opened = await tryOpen(file, directory);
    if (!opened.ok) {
      throw new StoreUnavailableError(`${file}: ${message(opened.error)}`, { cause: opened.error });
    }
  }
  return asDatabase(opened.instance, opened.connection, file);
}

type Opened =
  | { ok: true; instance: DuckDBInstance; connection: DuckDBConnection }
  | { ok: false; error: unknown };

async function tryOpen(file: string, directory: string): Promise<Opened> {
  let instance: DuckDBInstance | undefined;
  try {
    instance = await DuckDBInstance.create(file, {
      memory_limit: MEMORY_LIMIT,
      threads: THREADS,
      // Every query that cares says ORDER BY; keeping the order of writing costs memory.
      preserve_insertion_order: 'false',
      temp_directory: join(directory, 'spill'),
      // Otherwise the commit that fills the log does it, and the event loop waits for up to seconds.
      checkpoint_threshold: '1TB',
      // Only the lab's own statements run here; nothing is to be fetched or read from elsewhere.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    await connection.run('CREATE TABLE IF NOT EXISTS store (schema_version INTEGER)');
    const version = await connection.runAndReadAll('SELECT schema_version FROM store');
    const found = version.getRowsJS()[0]?.[0] as number | undefined;
    if (found === undefined) {
      await connection.run(`INSERT INTO store VALUES (${SCHEMA_VERSION})`);
    } else if (found !== SCHEMA_VERSION) {
      throw new Error(`schema version ${SCHEMA_VERSION}, received ${found}`);
    }
    return { ok: true, instance, connection };
  } catch (error) {
    instance?.closeSync();
    return { ok: false, error };
  }
}

/** What moving the file aside would not heal. */
function refuseForeignProblem(error: unknown, file: string, directory: string): void {
  const text = message(error);
  if (/lock on file|conflicting lock/i.test(text)) {
    throw new StoreUnavailableError(
      `${file} is in use by another process. End the other collector, or choose another folder ` +
        `with --data-dir. (${text})`,
      { cause: error },
    );
  }
  if (/no space left|disk full/i.test(text)) {
    throw new StoreUnavailableError(
      `${directory}: the disk is full. Free some space, or choose another folder with --data-dir.`,
      { cause: error },
    );
  }
  if (/permission denied|read-only/i.test(text) || !existsSync(file)) {
    throw new StoreUnavailableError(
      `${file} cannot be written (${text}). Choose another folder with --data-dir.`,
      { cause: error },
    );
  }
}

/** Keeps one damaged file for a look; an older one makes room. */
function moveAside(file: string): string {
  const aside = `${file}.damaged`;
  rmSync(aside, { force: true });
  renameSync(file, aside);
  rmSync(`${file}.wal`, { force: true });
  return aside;
}

function asDatabase(
  instance: DuckDBInstance,
  connection: DuckDBConnection,
  file: string,
): Database {
  return {
    connect: () => instance.connect(),
    async sizeBytes() {
      const reader = await connection.runAndReadAll(
        'SELECT (used_blocks * block_size)::DOUBLE FROM pragma_database_size()',
      );
      return Number(reader.getRowsJS()[0]?.[0] ?? 0) + fileBytes(`${file}.wal`);
    },
    logBytes: () => fileBytes(`${file}.wal`),
    async checkpoint() {
      await connection.run('CHECKPOINT');
    },
    async [Symbol.asyncDispose]() {
      await connection.run('CHECKPOINT').catch(() => undefined);
      connection.closeSync();
      instance.closeSync();
    },
  };
}

function fileBytes(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
