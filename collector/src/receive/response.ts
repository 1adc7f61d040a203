import type { Refusal } from './intake.ts';
import type { Signal } from '../model/records.ts';

const REJECTED_FIELD: Record<Signal, string> = {
  spans: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
};

/**
 * The export response, protobuf. Empty on full success.
 *
 *     ExportXServiceResponse { ExportXPartialSuccess partial_success = 1; }
 *     ExportXPartialSuccess  { int64 rejected_x = 1; string error_message = 2; }
 */
export function responseBytes(refusal: Refusal): Buffer {
  if (refusal.rejected === 0) return Buffer.alloc(0);
  const partial = Buffer.concat([
    Buffer.from([0x08, ...varint(refusal.rejected)]),
    stringField(0x12, refusal.message),
  ]);
  return Buffer.concat([Buffer.from([0x0a, ...varint(partial.length)]), partial]);
}

/** The export response as OTLP's JSON. */
export function responseJson(signal: Signal, refusal: Refusal): Record<string, unknown> {
  if (refusal.rejected === 0) return {};
  return {
    partialSuccess: {
      [REJECTED_FIELD[signal]]: String(refusal.rejected),
      errorMessage: refusal.message,
    },
  };
}

/** `google.rpc.Status { int32 code = 1; string message = 2; }`, what errors carry. */
export function statusBytes(code: number, message: string): Buffer {
  return Buffer.concat([Buffer.from([0x08, ...varint(code)]), stringField(0x12, message)]);
}

function stringField(tag: number, text: string): Buffer {
  const bytes = Buffer.from(text.slice(0, 500), 'utf8');
  return Buffer.concat([Buffer.from([tag, ...varint(bytes.length)]), bytes]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}
