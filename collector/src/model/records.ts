import type { LogRecord, Span } from '../contract/index.ts';

/** What an attribute can hold once it is inside; arrays, maps and bytes arrive as JSON text. */
export type AttributeValue = string | number | boolean;
/** Attributes of a span, an event or a log record. */
export type Attributes = Record<string, AttributeValue>;

/** One span as it travels through the collector: the contract's span and what is looked up. */
export interface SpanRecord extends Span {
  traceId: string;
  correlationId: string | null;
  orderId: string | null;
  httpStatus: number | null;
  /** Encoded size on the wire; what the queue's byte limit counts. */
  sizeBytes: number;
}

/** One log record or event as it travels through the collector. */
export interface LogEntry extends Omit<LogRecord, 'id'> {
  /** Numbers the entries in order of arrival; the contract's `id`. 0 until the intake has it. */
  seq: number;
  correlationId: string | null;
  /** Id of the saga that the event speaks of. */
  sagaId: string | null;
  sizeBytes: number;
}

/** One number at one time, from a scrape or from OTLP. */
export interface MetricPoint {
  name: string;
  service: string;
  instance: string | null;
  /** Labels as canonical JSON, keys sorted; `{}` without labels. */
  labels: string;
  at: number;
  value: number;
}

/** A request's worth of records, and how many of its items were refused and why. */
export interface Decoded<Item> {
  items: Item[];
  /** Items that break the protocol: no trace id, no time, an unreadable value. */
  invalid: number;
  /** Items above {@link MAX_ITEM_BYTES}. */
  tooLarge: number;
  /** Why the last item was refused: field, rule, value received. */
  firstProblem: string | null;
}

/** Largest span or log record, encoded. Larger ones are counted as `too-large` and dropped. */
export const MAX_ITEM_BYTES = 256 * 1024;

/** Latest time that is believed, milliseconds since the epoch (2200-01-01). */
export const LATEST_TIME_MS = 7_258_118_400_000;

/** The three kinds of telemetry, as the API names them. */
export type Signal = 'spans' | 'logs' | 'metrics';

/** Creates an empty result. */
export function emptyDecoded<Item>(): Decoded<Item> {
  return { items: [], invalid: 0, tooLarge: 0, firstProblem: null };
}
