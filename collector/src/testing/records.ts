import type { LogEntry, SpanRecord } from '../model/records.ts';
import { linkName } from '../model/span.ts';

/** Start of time in tests: a whole second. */
export const T0 = 1_800_000_000_000;

let count = 0;

/** A span with an id of its own; whatever a test does not say is ordinary. */
export function spanRecord(said: Partial<SpanRecord> & { peer?: string } = {}): SpanRecord {
  count += 1;
  const { peer, ...fields } = said;
  const service = fields.service ?? 'orders';
  return {
    traceId: count.toString(16).padStart(32, '0'),
    spanId: count.toString(16).padStart(16, '0'),
    parentSpanId: null,
    service,
    instance: `${service}-1`,
    name: 'POST /v1/orders',
    kind: 'server',
    startedAt: T0,
    durationMs: 10,
    status: 'unset',
    statusMessage: null,
    link: peer === undefined ? null : linkName(service, peer),
    events: [],
    correlationId: null,
    orderId: null,
    httpStatus: null,
    sizeBytes: 300,
    ...fields,
    attributes: {
      ...(peer === undefined ? {} : { 'peer.service': peer }),
      ...fields.attributes,
    },
  };
}

/** An event as a service reports it. */
export function eventEntry(
  eventName: string,
  at: number,
  attributes: LogEntry['attributes'] = {},
  said: Partial<LogEntry> = {},
): LogEntry {
  count += 1;
  return {
    seq: count,
    at,
    severity: 'info',
    service: 'orders',
    instance: 'orders-1',
    body: eventName,
    eventName,
    traceId: 'c'.repeat(32),
    spanId: 'd'.repeat(16),
    attributes,
    correlationId: null,
    sagaId: typeof attributes['saga.id'] === 'string' ? attributes['saga.id'] : null,
    sizeBytes: 200,
    ...said,
  };
}
