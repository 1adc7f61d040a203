import { ATTRIBUTE, EVENT } from '@faultline/chassis/core';
import type { LogRecord, SagaDetail } from '../contract/index.ts';
import type { LogEntry } from '../model/records.ts';
import { LOG_COLUMNS, logOf } from './log-search.ts';
import type { Readers } from './readers.ts';

type Moment = SagaDetail['timeline'][number];

/** Events of a saga that an answer holds. */
const MAX_MOMENTS = 1000;

/** What happens to the messages of a saga is told by services that do not know it: its trace does. */
const MESSAGE_EVENTS = {
  deadLetter: EVENT.deadLetterPublished,
  duplicate: EVENT.inboxDuplicateIgnored,
};

/** What happened in one saga and to its messages, oldest first. */
export async function sagaTimeline(
  readers: Readers,
  sagaId: string,
  traceId: string | null,
): Promise<Moment[]> {
  const rows = await readers.query(
    `SELECT ${LOG_COLUMNS} FROM logs
     WHERE saga_id = $sagaId OR (trace_id = $traceId AND event_name IN ($deadLetter, $duplicate))
     ORDER BY logged_at, logs.seq LIMIT ${MAX_MOMENTS}`,
    { sagaId, traceId: traceId ?? '', ...MESSAGE_EVENTS },
  );
  const seen = new Set<string>();
  return rows
    .map((row) => momentOf(logOf(row)))
    .filter((moment) => {
      const key = JSON.stringify(moment);
      return seen.size < seen.add(key).size;
    });
}

/** What the live state is derived from. */
const STATE_EVENTS = "(starts_with(event_name, 'saga.') OR event_name = $breaker)";
/** Log entries looked through at a time: whole rows are wide, and the store's memory is small. */
const STRETCH = 20_000;

/** Saga and breaker events, the newest `limit` that were written, oldest first. */
export async function recentEvents(readers: Readers, limit: number): Promise<LogEntry[]> {
  const breaker = EVENT.breakerStateChanged;
  const [range] = await readers.query(
    `SELECT min(seq)::DOUBLE AS first, max(seq)::DOUBLE AS last FROM
       (SELECT logs.seq AS seq FROM logs WHERE ${STATE_EVENTS} ORDER BY seq DESC LIMIT ${limit})`,
    { breaker },
  );
  const last = Number(range?.last ?? -1);
  const entries: LogEntry[] = [];
  for (let from = Number(range?.first ?? 0); from <= last; from += STRETCH) {
    const rows = await readers.query(
      `SELECT ${LOG_COLUMNS} FROM logs
       WHERE logs.seq >= $from AND logs.seq < $until AND ${STATE_EVENTS}`,
      { breaker, from, until: from + STRETCH },
    );
    for (const row of rows) entries.push(entryOf(logOf(row)));
  }
  return entries.sort((a, b) => a.at - b.at || a.seq - b.seq);
}

function entryOf({ id, ...log }: LogRecord): LogEntry {
  const sagaId = log.attributes[ATTRIBUTE.sagaId];
  return {
    ...log,
    seq: Number(id),
    correlationId: null,
    sagaId: typeof sagaId === 'string' ? sagaId : null,
    sizeBytes: 0,
  };
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
