import type { DuckDBConnection } from '@duckdb/node-api';
import { TABLES, TABLE_NAMES, type TableName } from './schema.ts';

/**
 * The store is a row of time slices, each with its own tables; `spans` and the others are views
 * over all. Dropping the oldest slice frees its blocks at once, which deleting rows would not.
 */
export interface Slices {
  /** Number of the slice that is written. */
  readonly current: number;
  readonly count: number;
  /** Name of the current slice's table. */
  table(name: TableName): string;
  /** Names of all slices' tables, oldest first. */
  tables(name: TableName): string[];
  /** Begins a new slice. */
  begin(): Promise<void>;
  /** Drops the oldest slice; the current one stays. @returns whether there was one to drop */
  dropOldest(): Promise<boolean>;
}

/** Finds the slices of a database, or begins the first. */
export async function openSlices(connection: DuckDBConnection): Promise<Slices> {
  const reader = await connection.runAndReadAll(
    `SELECT DISTINCT CAST(regexp_extract(table_name, '_(\\d+)$', 1) AS INTEGER) AS slice
     FROM duckdb_tables() WHERE regexp_matches(table_name, '^spans_\\d+$') ORDER BY slice`,
  );
  const slices = new TableSlices(
    connection,
    reader.getRowsJS().map(([slice]) => Number(slice)),
  );
  if (slices.count === 0) await slices.begin();
  else await slices.complete();
  return slices;
}

class TableSlices implements Slices {
  readonly #connection: DuckDBConnection;
  readonly #numbers: number[];

  constructor(connection: DuckDBConnection, numbers: number[]) {
    this.#connection = connection;
    this.#numbers = numbers;
  }

  get current(): number {
    return this.#numbers.at(-1) ?? 0;
  }

  get count(): number {
    return this.#numbers.length;
  }

  table(name: TableName): string {
    return `${name}_${this.current}`;
  }

  tables(name: TableName): string[] {
    return this.#numbers.map((number) => `${name}_${number}`);
  }

  async begin(): Promise<void> {
    const number = this.current + 1;
    const statements = TABLE_NAMES.map(
      (name) => `CREATE TABLE IF NOT EXISTS ${name}_${number} (${TABLES[name]})`,
    );
    await this.#connection.run(`BEGIN;${statements.join(';')};COMMIT`);
    this.#numbers.push(number);
    await this.reveal();
  }

  async dropOldest(): Promise<boolean> {
    if (this.#numbers.length < 2) return false;
    const oldest = this.#numbers.shift();
    // The views first: a query must not meet a table that is gone.
    await this.reveal();
    const statements = TABLE_NAMES.map((name) => `DROP TABLE IF EXISTS ${name}_${oldest}`);
    await this.#connection.run(`BEGIN;${statements.join(';')};COMMIT`);
    return true;
  }

  /** A slice that was begun by a process that died may lack a table. */
  async complete(): Promise<void> {
    const statements = TABLE_NAMES.flatMap((name) =>
      this.tables(name).map((table) => `CREATE TABLE IF NOT EXISTS ${table} (${TABLES[name]})`),
    );
    await this.#connection.run(statements.join(';'));
    await this.reveal();
  }

  async reveal(): Promise<void> {
    const statements = TABLE_NAMES.map((name) => {
      const parts = this.tables(name).map((table) => `SELECT * FROM ${table}`);
      return `CREATE OR REPLACE VIEW ${name} AS ${parts.join(' UNION ALL ')}`;
    });
    await this.#connection.run(`BEGIN;${statements.join(';')};COMMIT`);
  }
}
