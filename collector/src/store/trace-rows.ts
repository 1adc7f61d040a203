import type { Span } from '../contract/index.ts';
import { SPAN_KINDS, SPAN_STATUSES } from './schema.ts';
import { splitNames, type TraceDigest } from './trace-digest.ts';

/** A row as DuckDB gives it. */
export type Row = Record<string, unknown>;

/** Columns that {@link digestOf} reads. */
export const DIGEST_COLUMNS = `trace_id, started_at, duration_ms, first_at, last_at, has_root, failed,
  service, operation, http_status, span_count, error_count, correlation_id, service_counts,
  operations, links, order_ids`;

/** Columns that {@link spanOf} reads. */
export const SPAN_COLUMNS = `span_id, parent_span_id, service, instance, name, kind, status,
  started_at, duration_ms, status_message, link, attributes, events`;

/** A trace from its row. */
export function digestOf(row: Row): TraceDigest {
  return {
    traceId: row.trace_id as string,
    startedAt: row.started_at as number,
    durationMs: row.duration_ms as number,
    firstAt: row.first_at as number,
    lastAt: row.last_at as number,
    hasRoot: row.has_root as boolean,
    failed: row.failed as boolean,
    service: row.service as string,
    operation: row.operation as string,
    httpStatus: row.http_status as number | null,
    spanCount: row.span_count as number,
    errorCount: row.error_count as number,
    correlationId: row.correlation_id as string | null,
    services: JSON.parse(row.service_counts as string) as TraceDigest['services'],
    operations: splitNames(row.operations as string),
    links: splitNames(row.links as string),
    orderIds: splitNames(row.order_ids as string),
  };
}

/** A span from its row. */
export function spanOf(row: Row): Span {
  return {
    spanId: row.span_id as string,
    parentSpanId: row.parent_span_id as string | null,
    service: row.service as string,
    instance: row.instance as string | null,
    name: row.name as string,
    kind: SPAN_KINDS[row.kind as number] ?? 'internal',
    startedAt: row.started_at as number,
    durationMs: row.duration_ms as number,
    status: SPAN_STATUSES[row.status as number] ?? 'unset',
    statusMessage: row.status_message as string | null,
    link: row.link as string | null,
    attributes: JSON.parse(row.attributes as string) as Span['attributes'],
    events: row.events === null ? [] : (JSON.parse(row.events as string) as Span['events']),
  };
}
