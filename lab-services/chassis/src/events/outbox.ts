import { Gauge, Histogram } from 'prom-client';
import { afterCommit } from '../database/transaction-hooks.ts';
import { DURATION_BUCKETS_S, EVENT, METRIC } from '../core/index.ts';
import type { Chassis, DomainEvent, Transaction, Worker } from '../service.ts';

/**
 * Transactional outbox: an event is a row of the change's own transaction, so it is neither lost
 * nor sent for a change that never was. The relay sends what is committed, at least once.
 *
 * Order per key: rows are relayed in the order of their numbers, by one relay of all instances at a
 * time (an advisory lock per topic). An aggregate's numbers are in the order of its commits if its
 * writers lock the aggregate's row first, as they do to change it.
 */
export interface Outbox extends Worker {
  /** Writes `events` in the caller's transaction, with the trace context of the moment. */
  append(transaction: Transaction, events: readonly DomainEvent[]): Promise<void>;
}

const BATCH = 100;
const POLL_MS = 200;
const LONGEST_PAUSE_MS = 2000;
const COUNT_EVERY_MS = 1000;
/** Published rows stay this long for people to look at. */
const RETENTION = '1 hour';
const SWEEP_EVERY_MS = 60_000;

export interface OutboxOptions {
  chassis: Pick<Chassis, 'database' | 'producer' | 'telemetry' | 'clock' | 'log'>;
  topic: string;
}

interface Row {
  sequence: string;
  id: string;
  aggregate_id: string;
  event_type: string;
  version: number;
  occurred_at: string;
  correlation_id: string;
  traceparent: string | null;
  payload: unknown;
  age_ms: number;
}

/** Creates an {@link Outbox}; hand it to the chassis among the service's workers. */
export function createOutbox({ chassis, topic }: OutboxOptions): Outbox {
  const metrics = createOutboxMetrics(chassis);
  const end = new AbortController();
  let wake: (() => void) | undefined;
  let woken = false;
  let running: Promise<void> | undefined;

  function notify(): void {
    woken = true;
    wake?.();
  }

  async function pause(durationMs: number): Promise<void> {
    if (woken || end.signal.aborted) return;
    const rest = new AbortController();
    wake = () => rest.abort();
    const signal = AbortSignal.any([rest.signal, end.signal]);
    await chassis.clock.sleep(durationMs, signal).catch(() => undefined);
    wake = undefined;
  }

  async function run(): Promise<void> {
    let failures = 0;
    const upkeep = createUpkeep(chassis, topic, metrics.setPending);
    while (!end.signal.aborted) {
      woken = false;
      let relayed = 0;
      try {
        relayed = await relayBatch(chassis, topic, metrics.observe);
        await upkeep();
        failures = 0;
      } catch (error) {
        failures++;
        chassis.log.warn({ err: error, topic }, 'outbox relay failed');
        woken = false;
      }
      const backoffMs = POLL_MS * 2 ** Math.min(failures, 10);
      if (relayed < BATCH) await pause(Math.min(LONGEST_PAUSE_MS, backoffMs));
    }
  }

  return {
    name: `outbox of ${topic}`,
    start() {
      running ??= run();
    },
    async append(transaction, events) {
      for (const event of events) await insert(chassis, transaction, topic, event);
      afterCommit(transaction, notify);
    },
    async [Symbol.asyncDispose]() {
      end.abort(new Error('outbox closed'));
      await running;
    },
  };
}

async function insert(
  chassis: OutboxOptions['chassis'],
  transaction: Transaction,
  topic: string,
  event: DomainEvent,
): Promise<void> {
  await transaction.query(
    'insert outbox',
    `INSERT INTO outbox (id, topic, aggregate_id, event_type, version, occurred_at,
                         correlation_id, traceparent, payload)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      event.id,
      topic,
      event.key,
      event.type,
      event.version,
      event.occurredAt,
      event.correlationId,
      chassis.telemetry.traceparent(),
      JSON.stringify(event.payload),
    ],
  );
}

/** Sends the oldest rows and marks them; @returns how many. A crash in between sends them again. */
async function relayBatch(
  chassis: OutboxOptions['chassis'],
  topic: string,
  observe: (ageMs: number) => void,
): Promise<number> {
  const waiting = await chassis.database.query(
    'poll outbox',
    'SELECT 1 FROM outbox WHERE topic = $1 AND published_at IS NULL LIMIT 1',
    [topic],
  );
  if (waiting.length === 0) return 0;
  return chassis.database.transaction(async (transaction) => {
    const [lock] = await transaction.query<{ mine: boolean }>(
      'lock outbox',
      'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS mine',
      [`outbox ${topic}`],
    );
    if (!lock?.mine) return 0;
    const rows = await transaction.query<Row>(
      'read outbox',
      `SELECT sequence, id, aggregate_id, event_type, version, occurred_at, correlation_id,
              traceparent, payload,
              (extract(epoch FROM clock_timestamp() - created_at) * 1000)::float8 AS age_ms
         FROM outbox WHERE topic = $1 AND published_at IS NULL
        ORDER BY sequence LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`,
      [topic],
    );
    if (rows.length === 0) return 0;
    const startedMs = chassis.clock.monotonicMs();
    await chassis.producer.send(topic, rows.map(toEvent));
    const sendMs = chassis.clock.monotonicMs() - startedMs;
    await transaction.query(
      'mark outbox',
      'UPDATE outbox SET published_at = clock_timestamp() WHERE sequence = ANY($1::bigint[])',
      [rows.map(({ sequence }) => sequence)],
    );
    for (const row of rows) observe(row.age_ms + sendMs);
    chassis.telemetry.event(
      EVENT.outboxRelayed,
      {
        'messaging.destination.name': topic,
        count: rows.length,
        oldest_ms: Math.round(rows[0]!.age_ms + sendMs),
      },
      `${rows.length} event(s) relayed to ${topic}`,
    );
    return rows.length;
  });
}

function toEvent(row: Row): DomainEvent & { traceparent?: string } {
  return {
    id: row.id,
    type: row.event_type,
    version: row.version,
    occurredAt: Number(row.occurred_at),
    key: row.aggregate_id,
    correlationId: row.correlation_id,
    payload: row.payload,
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
  };
}

/** Now and then: counts what waits, removes what is long published. */
function createUpkeep(
  { database, clock }: OutboxOptions['chassis'],
  topic: string,
  setPending: (topic: string, count: number) => void,
): () => Promise<void> {
  let countedMs = -Infinity;
  let sweptMs = clock.monotonicMs();
  return async () => {
    const now = clock.monotonicMs();
    if (now - countedMs >= COUNT_EVERY_MS) {
      countedMs = now;
      const [row] = await database.query<{ pending: number }>(
        'count outbox',
        `SELECT count(*)::int AS pending FROM outbox WHERE topic = $1 AND published_at IS NULL`,
        [topic],
      );
      setPending(topic, row?.pending ?? 0);
    }
    if (now - sweptMs >= SWEEP_EVERY_MS) {
      sweptMs = now;
      await database.query(
        'sweep outbox',
        `DELETE FROM outbox WHERE published_at < clock_timestamp() - interval '${RETENTION}'`,
      );
    }
  };
}

function createOutboxMetrics({ telemetry }: OutboxOptions['chassis']) {
  const registers = [telemetry.metrics];
  const existing = telemetry.metrics.getSingleMetric(METRIC.outboxPending);
  const pending =
    (existing as Gauge<'topic'> | undefined) ??
    new Gauge({
      name: METRIC.outboxPending,
      help: 'Rows of the outbox not yet published',
      labelNames: ['topic'],
      registers,
    });
  const duration =
    (telemetry.metrics.getSingleMetric(METRIC.outboxRelayDuration) as Histogram | undefined) ??
    new Histogram({
      name: METRIC.outboxRelayDuration,
      help: 'Commit of a row to acknowledgement by the broker, seconds',
      buckets: [...DURATION_BUCKETS_S],
      registers,
    });
  return {
    setPending: (topic: string, count: number) => pending.set({ topic }, count),
    observe: (ageMs: number) => duration.observe(ageMs / 1000),
  };
}
