import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import type { LogEntry, MetricPoint, SpanRecord } from '../model/records.ts';
import { appendLog, appendPoint, appendSpan, appendTrace } from './appenders.ts';
import type { TableName } from './schema.ts';
import type { Slices } from './slices.ts';
import { joinDigests, type TraceDigest } from './trace-digest.ts';
import { digestOf, DIGEST_COLUMNS } from './trace-rows.ts';

/** Items that are written together. */
export interface Batch {
  spans: readonly SpanRecord[];
  logs: readonly LogEntry[];
  points: readonly MetricPoint[];
}

/** Writes rows into the current slice, through DuckDB's appenders. */
export interface Writer {
  /** Once it resolves, what it wrote can be queried. */
  write(batch: Batch): Promise<void>;
  /** Writes digests, joined with what the store has of the same traces. */
  writeTraces(traces: readonly TraceDigest[]): Promise<void>;
  /** To be called before the current slice changes, and after a failed write. */
  release(): void;
}

/**
 * Creates a writer.
 *
 * @param connection the writer's own; appenders hold a transaction on it
 */
export function createWriter(connection: DuckDBConnection, slices: Slices): Writer {
  return new AppendingWriter(connection, slices);
}

class AppendingWriter implements Writer {
  readonly #connection: DuckDBConnection;
  readonly #slices: Slices;
  readonly #appenders = new Map<TableName, DuckDBAppender>();
  readonly #recent = createRecentIds();

  constructor(connection: DuckDBConnection, slices: Slices) {
    this.#connection = connection;
    this.#slices = slices;
  }

  async write({ spans, logs, points }: Batch): Promise<void> {
    await this.#append('spans', spans, appendSpan);
    await this.#append('logs', logs, appendLog);
    await this.#append('points', points, appendPoint);
  }

  async writeTraces(traces: readonly TraceDigest[]): Promise<void> {
    if (traces.length === 0) return;
    await this.#append('traces', await this.#joinKnown(traces), appendTrace);
  }

  release(): void {
    for (const appender of this.#appenders.values()) {
      try {
        appender.closeSync();
      } catch {
        // It reports once more what its flush has reported.
      }
    }
    this.#appenders.clear();
  }

  async #append<Row>(
    name: TableName,
    rows: readonly Row[],
    append: (appender: DuckDBAppender, row: Row) => void,
  ): Promise<void> {
    if (rows.length === 0) return;
    let appender = this.#appenders.get(name);
    if (!appender) {
      appender = await this.#connection.createAppender(this.#slices.table(name));
      this.#appenders.set(name, appender);
    }
    for (const row of rows) append(appender, row);
    appender.flushSync();
  }

  /** Takes the rows of these traces out of the store and joins them with what came since. */
  async #joinKnown(traces: readonly TraceDigest[]): Promise<TraceDigest[]> {
    const byId = new Map(traces.map((trace) => [trace.traceId, trace]));
    // Only these can have a part in the store: looking for all would read the table at each write.
    const late = traces.filter(({ traceId, hasRoot }) => !hasRoot || this.#recent.has(traceId));
    for (const { traceId } of traces) this.#recent.add(traceId);
    if (late.length === 0) return [...byId.values()];
    const ids = late.map(({ traceId }) => `'${traceId}'`).join(',');
    for (const table of this.#slices.tables('traces')) {
      const known = await this.#connection.runAndReadAll(
        `SELECT ${DIGEST_COLUMNS} FROM ${table} WHERE trace_id IN (${ids})`,
      );
      if (known.currentRowCount === 0) continue;
      for (const row of known.getRowObjectsJS()) {
        const older = digestOf(row);
        byId.set(older.traceId, joinDigests(older, byId.get(older.traceId) ?? older));
      }
      await this.#connection.run(`DELETE FROM ${table} WHERE trace_id IN (${ids})`);
    }
    return [...byId.values()];
  }
}

/** Ids written lately; the older half is forgotten when the newer is full. */
function createRecentIds(): { has(id: string): boolean; add(id: string): void } {
  let newer = new Set<string>();
  let older = new Set<string>();
  return {
    has: (id) => newer.has(id) || older.has(id),
    add(id) {
      if (newer.size >= 25_000) {
        older = newer;
        newer = new Set();
      }
      newer.add(id);
    },
  };
}
