import { ATTRIBUTE, EVENT } from '@faultline/chassis/core';
import type { LogRecord, SagaDetail } from '../contract/index.ts';
import type { LogEntry } from '../model/records.ts';
import { LOG_COLUMNS, logOf } from './log-search.ts';
import type { Readers } from './readers.ts';

type Moment = SagaDetail['timeline'][number];

/** Events of a saga that an answer holds. */
const MAX_MOMENTS = 1000;

/** What happened in one saga, oldest first. */
export async function sagaTimeline(readers: Readers, sagaId: string): Promise<Moment[]> {
  const rows = await readers.query(
    `SELECT ${LOG_COLUMNS} FROM logs WHERE saga_id = $sagaId ORDER BY logged_at, logs.seq
     LIMIT ${MAX_MOMENTS}`,
    { sagaId },
  );
  const seen = new Set<string>();
  return rows
    .map((row) => momentOf(logOf(row)))
    .filter((moment) => {
      const key = JSON.stringify(moment);
      return seen.size < seen.add(key).size;
    });
}

/** Saga and breaker events, the newest `limit`, oldest first. */
export async function recentEvents(readers: Readers, limit: number): Promise<LogEntry[]> {
  const rows = await readers.query(
    `SELECT ${LOG_COLUMNS} FROM logs
     WHERE starts_with(event_name, 'saga.') OR event_name = $breaker
     ORDER BY logged_at DESC, logs.seq DESC LIMIT ${limit}`,
    { breaker: EVENT.breakerStateChanged },
  );
  return rows.reverse().map((row) => {
    const { id, ...log } = logOf(row);
    const sagaId = log.attributes[ATTRIBUTE.sagaId];
    return {
      ...log,
      seq: Number(id),
      correlationId: null,
      sagaId: typeof sagaId === 'string' ? sagaId : null,
      sizeBytes: 0,
    };
  });
}

function momentOf(log: LogRecord): Moment {
  const step = log.attributes[ATTRIBUTE.sagaStep];
  return {
    at: log.at,
    event: log.eventName ?? '',
    step: typeof step === 'string' ? step : null,
    service: log.service,
    instance: log.instance,
    detail: log.body,
    traceId: log.traceId,
    spanId: log.spanId,
  };
}
