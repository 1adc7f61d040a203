import { ATTRIBUTE } from '@faultline/chassis/core';
import { LATEST_TIME_MS, type Attributes, type LogEntry } from './records.ts';
import type { Origin } from './span.ts';

/** Severities, lowest first. OTLP numbers them 1 to 24, four to each. */
export const SEVERITIES = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** A log record as the wire says it, whatever the encoding. */
export interface LogDraft {
  at: number;
  observedAt: number;
  severityNumber: number;
  body: string;
  eventName: string;
  traceId: string;
  spanId: string;
  attributes: Attributes;
  sizeBytes: number;
}

/**
 * Turns a draft into an entry.
 *
 * @returns the entry, or in words which field broke which rule
 */
export function buildLog(origin: Origin, draft: LogDraft): LogEntry | string {
  // The protocol: a record without its own time counts from when it was observed.
  const at = draft.at > 0 ? draft.at : draft.observedAt;
  if (!(at > 0 && at < LATEST_TIME_MS)) {
    return `timeUnixNano: after 1970 and before 2200, received ${at} ms`;
  }
  const { attributes } = draft;
  return {
    seq: 0,
    at,
    severity: severityOf(draft.severityNumber),
    service: origin.service,
    instance: origin.instance,
    body: draft.body,
    eventName: text(draft.eventName) ?? text(attributes[ATTRIBUTE.eventName]),
    traceId: draft.traceId.length === 32 ? draft.traceId : null,
    spanId: draft.spanId.length === 16 ? draft.spanId : null,
    attributes,
    correlationId: text(attributes[ATTRIBUTE.correlationId]),
    sagaId: text(attributes[ATTRIBUTE.sagaId]),
    sizeBytes: draft.sizeBytes,
  };
}

/** 0 is "not said"; it reads as info, like an unlabelled line of text. */
function severityOf(number: number): LogEntry['severity'] {
  if (number <= 0) return 'info';
  return SEVERITIES[Math.min(5, Math.floor((number - 1) / 4))] ?? 'info';
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
