import { ATTRIBUTE } from '@faultline/chassis/core';
import { LATEST_TIME_MS, type Attributes, type SpanRecord } from './records.ts';

/** OTLP `Span.SpanKind`: the number is the index; 0 (unspecified) means internal. */
const KINDS = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
/** OTLP `Status.StatusCode`: the number is the index. */
const STATUSES = ['unset', 'ok', 'error'] as const;

const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;
const SPAN_ID = /^(?!0{16})[0-9a-f]{16}$/;

/** A span as the wire says it, whatever the encoding. */
export interface SpanDraft {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: number;
  startedAt: number;
  endedAt: number;
  statusCode: number;
  statusMessage: string;
  attributes: Attributes;
  events: SpanRecord['events'];
  sizeBytes: number;
}

/** Who sent it. */
export interface Origin {
  service: string;
  instance: string | null;
}

/**
 * Turns a draft into a record.
 *
 * @returns the record, or in words which field broke which rule
 */
export function buildSpan(origin: Origin, draft: SpanDraft): SpanRecord | string {
  if (!TRACE_ID.test(draft.traceId)) return `traceId: 16 bytes, not all zero`;
  if (!SPAN_ID.test(draft.spanId)) return `spanId: 8 bytes, not all zero`;
  if (!(draft.startedAt > 0 && draft.startedAt < LATEST_TIME_MS)) {
    return `startTimeUnixNano: after 1970 and before 2200, received ${draft.startedAt} ms`;
  }
  if (!(draft.endedAt < LATEST_TIME_MS)) {
    return `endTimeUnixNano: before 2200, received ${draft.endedAt} ms`;
  }
  const { attributes } = draft;
  const peer = attributes[ATTRIBUTE.peerService];
  const status = attributes['http.response.status_code'];
  return {
    traceId: draft.traceId,
    spanId: draft.spanId,
    parentSpanId: SPAN_ID.test(draft.parentSpanId) ? draft.parentSpanId : null,
    service: origin.service,
    instance: origin.instance,
    name: draft.name,
    kind: KINDS[draft.kind] ?? 'internal',
    startedAt: draft.startedAt,
    // A host's clock may be set back within a span; a duration is never negative.
    durationMs: Math.max(0, draft.endedAt - draft.startedAt),
    status: STATUSES[draft.statusCode] ?? 'unset',
    statusMessage: draft.statusMessage === '' ? null : draft.statusMessage,
    link: typeof peer === 'string' ? linkName(origin.service, peer) : null,
    attributes,
    events: draft.events,
    correlationId: text(attributes[ATTRIBUTE.correlationId]),
    orderId: text(attributes[ATTRIBUTE.orderId]),
    httpStatus: typeof status === 'number' ? status : null,
    sizeBytes: draft.sizeBytes,
  };
}

/** `from->to`, the name of a link. */
export function linkName(from: string, to: string): string {
  return `${from}->${to}`;
}

/** Whether a span counts as failed: status error, or a server's answer of 500 and above. */
export function spanFailed(span: SpanRecord): boolean {
  if (span.status === 'error') return true;
  return span.kind === 'server' && span.httpStatus !== null && span.httpStatus >= 500;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
