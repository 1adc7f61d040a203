import type { Logger } from 'pino';
import type {
  LogPage,
  MetricSeries,
  RedSeries,
  SagaDetail,
  Trace,
  TracePage,
} from '../contract/index.ts';
import type { RedSubject } from '../derive/red.ts';
import type { LogEntry } from '../model/records.ts';
import { openDatabase, type Database } from './database.ts';
import { searchLogs, type LogSearch } from './log-search.ts';
import { createOpenTraces } from './open-traces.ts';
import { metricHistory, type MetricSearch } from './metric-history.ts';
import { openReaders, type Readers } from './readers.ts';
import { redHistory } from './red-history.ts';
import { createRetention } from './retention.ts';
import { recentEvents, sagaTimeline } from './saga-log.ts';
import { openSlices } from './slices.ts';
import { readTrace } from './trace-read.ts';
import { searchTraces, type TraceSearch } from './trace-search.ts';
import { createWriter, type Batch } from './writer.ts';

/** Where telemetry is kept and found again. */
export interface Store extends AsyncDisposable {
  /** Highest `seq` of a log entry when the store was opened. */
  readonly lastSeq: number;
  /**
   * Writes a batch; once it resolves the batch can be queried. One at a time.
   *
   * @throws when the database cannot write: the batch is lost, the next one may succeed
   */
  write(batch: Batch, nowMs: number): Promise<void>;
  /** Keeps the size below the limit by dropping the oldest slices. */
  retain(nowMs: number): Promise<void>;
  searchTraces(search: TraceSearch): Promise<TracePage>;
  trace(traceId: string): Promise<Trace | null>;
  searchLogs(search: LogSearch): Promise<LogPage>;
  /** Events of one saga, oldest first. */
  sagaTimeline(sagaId: string, traceId: string | null): Promise<SagaDetail['timeline']>;
  /** Saga and breaker events of the past, oldest first, to derive live state from after a restart. */
  recentEvents(limit: number): Promise<LogEntry[]>;
  redHistory(
    subject: RedSubject,
    range: { from: number; to: number; stepMs: number },
  ): Promise<RedSeries['points']>;
  metricHistory(search: MetricSearch): Promise<MetricSeries>;
  /** As of the last {@link retain}. */
  size(): { storeBytes: number; oldestAt: number | null };
}

/** What a store needs. */
export interface StoreOptions {
  directory: string;
  /** Largest size on disk, bytes. */
  limitBytes: number;
  log: Logger;
}

/** Opens the store. @throws StoreUnavailableError */
export async function openStore({ directory, limitBytes, log }: StoreOptions): Promise<Store> {
  const database = await openDatabase(directory, log);
  const slices = await openSlices(await database.connect());
  const readers = await openReaders(database);
  const writerConnection = await database.connect();
  const [last] = await readers.query('SELECT max(logs.seq)::DOUBLE AS seq FROM logs');
  const writer = createWriter(writerConnection, slices);
  const retention = createRetention({ database, slices, readers, limitBytes, log });
  const open = createOpenTraces();

  return {
    lastSeq: (last?.seq as number | null) ?? 0,
    async write(batch, nowMs) {
      try {
        await writer.write(batch);
        open.add(batch.spans, nowMs);
        await writer.writeTraces(open.takeQuiet(nowMs));
      } catch (error) {
        writer.release();
        throw error;
      }
    },
    retain: (nowMs) => retention.run(nowMs, () => writer.release()),
    searchTraces: (search) => searchTraces(readers, open, search),
    trace: (traceId) => readTrace(readers, open, traceId),
    searchLogs: (search) => searchLogs(readers, search),
    sagaTimeline: (sagaId, traceId) => sagaTimeline(readers, sagaId, traceId),
    recentEvents: (limit) => recentEvents(readers, limit),
    redHistory: (subject, range) => redHistory(readers, subject, range),
    metricHistory: (search) => metricHistory(readers, search),
    size: () => retention.size(),
    async [Symbol.asyncDispose]() {
      await writer
        .writeTraces(open.takeQuiet(0, true))
        .catch((error: unknown) => log.error({ err: error }, 'open traces were not written'));
      writer.release();
      await closeAll(readers, database);
    },
  };
}

async function closeAll(readers: Readers, database: Database): Promise<void> {
  readers.close();
  await database[Symbol.asyncDispose]();
}
