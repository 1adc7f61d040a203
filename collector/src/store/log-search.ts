import type { DuckDBValue } from '@duckdb/node-api';
import type { LogPage, LogQuery, LogRecord } from '../contract/index.ts';
import { SEVERITIES } from '../model/log.ts';
import { writeCursor, type Place } from './cursor.ts';
import type { Readers } from './readers.ts';
import type { Row } from './trace-rows.ts';

/** A query whose cursor has been read. */
export type LogSearch = Omit<LogQuery, 'cursor'> & { after: Place | null };

/** Columns that {@link logOf} reads. */
export const LOG_COLUMNS = `seq::DOUBLE AS seq, logged_at, severity, service, instance, body, event_name,
  trace_id, span_id, attributes`;

/** Finds log records and events. */
export async function searchLogs(readers: Readers, search: LogSearch): Promise<LogPage> {
  const { where, values } = conditions(search);
  const direction = search.order === 'oldest' ? 'ASC' : 'DESC';
  const rows = await readers.query(
    `SELECT ${LOG_COLUMNS} FROM logs WHERE ${where}
     ORDER BY logged_at ${direction}, logs.seq ${direction} LIMIT ${search.limit + 1}`,
    values,
  );
  const logs = rows.slice(0, search.limit).map(logOf);
  const last = logs.at(-1);
  return {
    logs,
    nextCursor:
      last && rows.length > search.limit ? writeCursor({ key: last.at, id: last.id }) : null,
  };
}

function conditions(search: LogSearch): { where: string; values: Record<string, DuckDBValue> } {
  const parts = ['TRUE'];
  const values: Record<string, DuckDBValue> = {};
  const add = (sql: string, name: string, value: DuckDBValue | undefined): void => {
    if (value === undefined) return;
    parts.push(sql);
    values[name] = value;
  };
  add('trace_id = $traceId', 'traceId', search.traceId);
  add('span_id = $spanId', 'spanId', search.spanId);
  add('correlation_id = $correlationId', 'correlationId', search.correlationId);
  add('service = $service', 'service', search.service);
  add('instance = $instance', 'instance', search.instance);
  add('logged_at >= $from', 'from', search.from);
  add('logged_at <= $to', 'to', search.to);
  add('(contains(lower(body), lower($q)) OR contains(attributes, $q))', 'q', search.q);
  if (search.severity !== undefined) {
    add('severity >= $severity', 'severity', SEVERITIES.indexOf(search.severity));
  }
  if (search.event?.endsWith('*')) {
    add('starts_with(event_name, $event)', 'event', search.event.slice(0, -1));
  } else {
    add('event_name = $event', 'event', search.event);
  }
  if (search.after) {
    const beyond = search.order === 'oldest' ? '>' : '<';
    add(
      `(logged_at ${beyond} $afterAt OR (logged_at = $afterAt AND logs.seq ${beyond} $afterSeq))`,
      'afterAt',
      search.after.key,
    );
    values.afterSeq = Number(search.after.id) || 0;
  }
  return { where: parts.join(' AND '), values };
}

/** A log record from its row. */
export function logOf(row: Row): LogRecord {
  return {
    id: String(row.seq),
    at: row.logged_at as number,
    severity: SEVERITIES[row.severity as number] ?? 'info',
    service: row.service as string,
    instance: row.instance as string | null,
    body: row.body as string,
    eventName: row.event_name as string | null,
    traceId: row.trace_id as string | null,
    spanId: row.span_id as string | null,
    attributes: JSON.parse(row.attributes as string) as LogRecord['attributes'],
  };
}
