import type { DuckDBAppender } from '@duckdb/node-api';
import type { LogEntry, MetricPoint, SpanRecord } from '../model/records.ts';
import { SEVERITIES } from '../model/log.ts';
import { spanFailed } from '../model/span.ts';
import { SPAN_KINDS, SPAN_STATUSES } from './schema.ts';
import { joinNames, type TraceDigest } from './trace-digest.ts';

// Each function writes one row in the order of the columns in schema.ts.

export function appendSpan(row: DuckDBAppender, span: SpanRecord): void {
  row.appendVarchar(span.traceId);
  row.appendVarchar(span.spanId);
  nullable(row, span.parentSpanId);
  row.appendVarchar(span.service);
  nullable(row, span.instance);
  row.appendVarchar(span.name);
  row.appendUTinyInt(SPAN_KINDS.indexOf(span.kind));
  row.appendUTinyInt(SPAN_STATUSES.indexOf(span.status));
  row.appendBoolean(spanFailed(span));
  row.appendDouble(span.startedAt);
  row.appendDouble(span.durationMs);
  nullable(row, span.statusMessage);
  nullable(row, span.link);
  integer(row, span.httpStatus);
  row.appendVarchar(JSON.stringify(span.attributes));
  nullable(row, span.events.length === 0 ? null : JSON.stringify(span.events));
  row.endRow();
}

export function appendTrace(row: DuckDBAppender, trace: TraceDigest): void {
  row.appendVarchar(trace.traceId);
  row.appendDouble(trace.startedAt);
  row.appendDouble(trace.durationMs);
  row.appendDouble(trace.firstAt);
  row.appendDouble(trace.lastAt);
  row.appendBoolean(trace.hasRoot);
  row.appendBoolean(trace.failed);
  row.appendVarchar(trace.service);
  row.appendVarchar(trace.operation);
  integer(row, trace.httpStatus);
  row.appendInteger(trace.spanCount);
  row.appendInteger(trace.errorCount);
  nullable(row, trace.correlationId);
  row.appendVarchar(joinNames(trace.services.map(({ service }) => service).sort()));
  row.appendVarchar(JSON.stringify(trace.services));
  row.appendVarchar(joinNames(trace.operations.toSorted()));
  row.appendVarchar(joinNames(trace.links));
  row.appendVarchar(joinNames(trace.orderIds));
  row.endRow();
}

export function appendLog(row: DuckDBAppender, log: LogEntry): void {
  row.appendBigInt(BigInt(log.seq));
  row.appendDouble(log.at);
  row.appendUTinyInt(SEVERITIES.indexOf(log.severity));
  row.appendVarchar(log.service);
  nullable(row, log.instance);
  row.appendVarchar(log.body);
  nullable(row, log.eventName);
  nullable(row, log.traceId);
  nullable(row, log.spanId);
  nullable(row, log.correlationId);
  nullable(row, log.sagaId);
  row.appendVarchar(JSON.stringify(log.attributes));
  row.endRow();
}

export function appendPoint(row: DuckDBAppender, point: MetricPoint): void {
  row.appendVarchar(point.name);
  row.appendVarchar(point.service);
  nullable(row, point.instance);
  row.appendVarchar(point.labels);
  row.appendDouble(point.at);
  row.appendDouble(point.value);
  row.endRow();
}

function nullable(row: DuckDBAppender, value: string | null): void {
  if (value === null) row.appendNull();
  else row.appendVarchar(value);
}

/** A 32-bit column; what does not fit, from a hostile sender, is no status code. */
function integer(row: DuckDBAppender, value: number | null): void {
  if (value === null || (value | 0) !== value) row.appendNull();
  else row.appendInteger(value);
}
