import type { DomainEvent, Queryable, Transaction } from '@faultline/chassis';
import type { OrderPayload } from './history-event.ts';

/** One entry of the log. */
export interface LogEntry {
  /** From 1, without gaps. */
  position: number;
  eventId: string;
  type: string;
  correlationId: string;
  traceId: string | null;
  payload: OrderPayload;
  /** Milliseconds since the Unix epoch. */
  occurredAt: number;
}

/** Appends an event in the caller's transaction; others that append wait for its commit. */
export async function appendToLog(
  transaction: Transaction,
  event: DomainEvent,
  payload: OrderPayload,
  traceparent: string | undefined,
): Promise<void> {
  await transaction.query(
    'append history log',
    `WITH head AS (UPDATE history_head SET position = position + 1 RETURNING position)
     INSERT INTO history_log (position, event_id, type, version, order_id, correlation_id,
       traceparent, payload, occurred_at)
     SELECT position, $1, $2, $3, $4, $5, $6, $7, $8 FROM head`,
    [
      event.id,
      event.type,
      event.version,
      payload.orderId,
      event.correlationId,
      traceparent ?? null,
      JSON.stringify(payload),
      Math.trunc(event.occurredAt),
    ],
  );
}

/**
 * The next entries behind `position`, at most `limit`.
 *
 * @param settings.once leaves out entries of events that the log holds further up already
 */
export function readLog(
  queryable: Queryable,
  position: number,
  limit: number,
  settings: { once: boolean },
): Promise<(LogEntry & { repeated: boolean })[]> {
  return queryable.query(
    'read history log',
    `SELECT position::float8 AS position, event_id AS "eventId", type,
       correlation_id AS "correlationId",
       nullif(split_part(traceparent, '-', 2), '') AS "traceId", payload,
       occurred_at::float8 AS "occurredAt",
       $3::boolean AND EXISTS (SELECT 1 FROM history_log AS earlier
         WHERE earlier.event_id = history_log.event_id
           AND earlier.position < history_log.position) AS repeated
     FROM history_log WHERE position > $1 ORDER BY position LIMIT $2`,
    [position, limit, settings.once],
  );
}
