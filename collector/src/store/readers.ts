import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { Database } from './database.ts';
import type { Row } from './trace-rows.ts';

/** Runs queries, a few at a time. */
export interface Readers {
  /** Rows of a query; `values` are its `$name` parameters. */
  query(sql: string, values?: Record<string, DuckDBValue>): Promise<Row[]>;
  close(): void;
}

/** Queries at a time: each occupies a thread of the process' small pool. */
const CONNECTIONS = 2;

/** Opens the connections that all queries share. */
export async function openReaders(database: Database): Promise<Readers> {
  const idle: DuckDBConnection[] = [];
  const waiting: ((connection: DuckDBConnection) => void)[] = [];
  for (let count = 0; count < CONNECTIONS; count += 1) idle.push(await database.connect());
  const all = [...idle];

  const borrow = (): Promise<DuckDBConnection> => {
    const connection = idle.pop();
    if (connection) return Promise.resolve(connection);
    return new Promise((resolve) => waiting.push(resolve));
  };
  const giveBack = (connection: DuckDBConnection): void => {
    const next = waiting.shift();
    if (next) next(connection);
    else idle.push(connection);
  };

  return {
    async query(sql, values = {}) {
      const connection = await borrow();
      try {
        return (await connection.runAndReadAll(sql, values)).getRowObjectsJS();
      } finally {
        giveBack(connection);
      }
    },
    close() {
      for (const connection of all) connection.closeSync();
    },
  };
}
