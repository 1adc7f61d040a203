import type { Decoded, LogEntry, MetricPoint, SpanRecord } from '../model/records.ts';
import { decodeLogsJson, decodeMetricsJson, decodeTracesJson } from './json/decode.ts';
import { JsonShapeError } from './json/value.ts';
import { decodeLogs } from './protobuf/logs.ts';
import { decodeMetrics } from './protobuf/metrics.ts';
import { WireError } from './protobuf/reader.ts';
import { decodeTraces } from './protobuf/traces.ts';

/** The two encodings of OTLP over HTTP. gRPC always speaks protobuf. */
export type Encoding = 'protobuf' | 'json';

/** Readers of the three export requests, by signal and encoding. */
export const DECODERS = {
  spans: { protobuf: decodeTraces, json: decodeTracesJson },
  logs: { protobuf: decodeLogs, json: decodeLogsJson },
  metrics: { protobuf: decodeMetrics, json: decodeMetricsJson },
} as const;

/** What a signal's items are. */
export interface ItemOf {
  spans: SpanRecord;
  logs: LogEntry;
  metrics: MetricPoint;
}

/** A readable request, or in words why it is none. */
export type DecodeResult<Item> =
  { ok: true; decoded: Decoded<Item> } | { ok: false; problem: string };

/** Decodes an export request. Hostile bytes are a value, not an exception. */
export function decodeRequest<Name extends keyof ItemOf>(
  signal: Name,
  encoding: Encoding,
  bytes: Buffer,
): DecodeResult<ItemOf[Name]> {
  try {
    const decode = DECODERS[signal][encoding] as (bytes: Buffer) => Decoded<ItemOf[Name]>;
    return { ok: true, decoded: decode(bytes) };
  } catch (error) {
    if (error instanceof WireError || error instanceof JsonShapeError) {
      return { ok: false, problem: error.message };
    }
    // JSON nested a million deep is read without recursion and written with it.
    if (error instanceof RangeError) return { ok: false, problem: 'body: nested too deep' };
    throw error;
  }
}
