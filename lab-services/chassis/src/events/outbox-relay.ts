import { EVENT } from '../core/index.ts';
import type { Alarm } from '../runtime/alarm.ts';
import type { Chassis } from '../service.ts';
import type { OutgoingEvent } from './message.ts';
import { createOutboxMetrics, createUpkeep } from './outbox-upkeep.ts';

/** What an outbox needs of its service. */
export type OutboxChassis = Pick<
  Chassis,
  'database' | 'producer' | 'telemetry' | 'clock' | 'log' | 'policy'
>;

/** While another instance relays, this one looks again after a moment, then less often. */
const FIRST_CONTENDED_PAUSE_MS = 10;
const FIRST_FAILED_PAUSE_MS = 400;
const LONGEST_FAILED_PAUSE_MS = 2000;

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
  deadline_at: string | null;
  age_ms: number;
}

/**
 * Relays until `end`: at once what this process committed, every `pollMs` what another one left.
 * An idle relay asks one small question per poll.
 */
export async function relay(
  chassis: OutboxChassis,
  topic: string,
  alarm: Alarm,
  end: AbortSignal,
): Promise<void> {
  const metrics = createOutboxMetrics(chassis);
  const upkeep = createUpkeep(chassis, topic, metrics.setPending);
  let failures = 0;
  let contended = 0;
  while (!end.aborted) {
    const { pollMs, batch } = chassis.policy('outbox');
    try {
      const waiting = await upkeep(alarm.rang() || contended > 0);
      const relayed = waiting ? await relayBatch(chassis, topic, batch, metrics.observe) : 0;
      failures = 0;
      contended = relayed === 'contended' ? contended + 1 : 0;
      if (contended > 0) {
        const pauseMs = FIRST_CONTENDED_PAUSE_MS * 2 ** Math.min(contended - 1, 10);
        await alarm.pause(Math.min(pollMs, pauseMs));
      } else if (relayed !== batch) {
        await alarm.pause(pollMs);
      }
    } catch (error) {
      chassis.log.warn({ err: error, topic }, 'outbox relay failed');
      const pauseMs = FIRST_FAILED_PAUSE_MS * 2 ** Math.min(failures++, 10);
      // New commits do not shorten it: the broker or the database is away.
      await chassis.clock
        .sleep(Math.min(LONGEST_FAILED_PAUSE_MS, pauseMs), end)
        .catch(() => undefined);
    }
  }
}

/**
 * Sends the oldest rows and marks them. A crash in between sends them again.
 *
 * @returns how many; `contended` if another instance is relaying
 */
async function relayBatch(
  chassis: OutboxChassis,
  topic: string,
  batch: number,
  observe: (ageMs: number) => void,
): Promise<number | 'contended'> {
  return chassis.database.transaction(async (transaction) => {
    const [lock] = await transaction.query<{ mine: boolean }>(
      'lock outbox',
      'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS mine',
      [`outbox ${topic}`],
    );
    if (!lock?.mine) return 'contended';
    const rows = await transaction.query<Row>(
      'read outbox',
      `SELECT sequence, id, aggregate_id, event_type, version, occurred_at, correlation_id,
              traceparent, payload, deadline_at,
              (extract(epoch FROM clock_timestamp() - created_at) * 1000)::float8 AS age_ms
         FROM outbox WHERE topic = $1 AND published_at IS NULL
        ORDER BY sequence LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [topic, batch],
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

function toEvent(row: Row): OutgoingEvent {
  return {
    id: row.id,
    type: row.event_type,
    version: row.version,
    occurredAt: Number(row.occurred_at),
    key: row.aggregate_id,
    correlationId: row.correlation_id,
    payload: row.payload,
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
    ...(row.deadline_at === null ? {} : { deadlineAt: Number(row.deadline_at) }),
  };
}
