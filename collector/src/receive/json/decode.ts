import { buildLog } from '../../model/log.ts';
import {
  emptyDecoded,
  MAX_ITEM_BYTES,
  type Decoded,
  type LogEntry,
  type MetricPoint,
  type SpanRecord,
} from '../../model/records.ts';
import { buildSpan, type Origin } from '../../model/span.ts';
import { scalar } from '../attributes.ts';
import { addPoints } from '../points.ts';
import {
  anyValue,
  attributes,
  eachItem,
  enumeration,
  hexId,
  JsonShapeError,
  list,
  number,
  object,
  text,
  timeMs,
  type Loose,
} from './value.ts';

const SPAN_KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  (kind) => `SPAN_KIND_${kind}`,
);
const STATUS_CODES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];

/** Decodes the JSON form of `ExportTraceServiceRequest`. @throws JsonShapeError */
export function decodeTracesJson(bytes: Buffer): Decoded<SpanRecord> {
  const names = { resources: 'resourceSpans', scopes: 'scopeSpans', items: 'spans' };
  return decodeItems(bytes, names, (origin, item, sizeBytes) => {
    const status = object(item, 'status');
    return buildSpan(origin, {
      traceId: hexId(item, 'traceId'),
      spanId: hexId(item, 'spanId'),
      parentSpanId: hexId(item, 'parentSpanId'),
      name: text(item, 'name'),
      kind: enumeration(item, 'kind', SPAN_KINDS),
      startedAt: timeMs(item, 'startTimeUnixNano'),
      endedAt: timeMs(item, 'endTimeUnixNano'),
      statusCode: enumeration(status, 'code', STATUS_CODES),
      statusMessage: text(status, 'message'),
      attributes: attributes(item),
      events: list(item, 'events').map((event) => ({
        name: text(event, 'name'),
        at: timeMs(event, 'timeUnixNano'),
        attributes: attributes(event),
      })),
      sizeBytes,
    });
  });
}

/** Decodes the JSON form of `ExportLogsServiceRequest`. @throws JsonShapeError */
export function decodeLogsJson(bytes: Buffer): Decoded<LogEntry> {
  const names = { resources: 'resourceLogs', scopes: 'scopeLogs', items: 'logRecords' };
  return decodeItems(bytes, names, (origin, item, sizeBytes) =>
    buildLog(origin, {
      at: timeMs(item, 'timeUnixNano'),
      observedAt: timeMs(item, 'observedTimeUnixNano'),
      severityNumber: number(item, 'severityNumber') ?? 0,
      body: String(scalar(anyValue(object(item, 'body'), 0))),
      eventName: text(item, 'eventName'),
      traceId: hexId(item, 'traceId'),
      spanId: hexId(item, 'spanId'),
      attributes: attributes(item),
      sizeBytes,
    }),
  );
}

/** Decodes the JSON form of `ExportMetricsServiceRequest`. @throws JsonShapeError */
export function decodeMetricsJson(bytes: Buffer): Decoded<MetricPoint> {
  const decoded = emptyDecoded<MetricPoint>();
  const names = { resources: 'resourceMetrics', scopes: 'scopeMetrics', items: 'metrics' };
  for (const { origin, item } of eachItem(parse(bytes), names)) {
    const name = text(item, 'name');
    for (const kind of ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary']) {
      for (const point of list(object(item, kind), 'dataPoints')) {
        addPoints(origin, name, pointDraft(point, kind === 'gauge' || kind === 'sum'), decoded);
      }
    }
  }
  return decoded;
}

function pointDraft(point: Loose, scalarKind: boolean): Parameters<typeof addPoints>[2] {
  return {
    at: timeMs(point, 'timeUnixNano'),
    labels: attributes(point),
    value: scalarKind ? (number(point, 'asDouble') ?? number(point, 'asInt')) : null,
    count: scalarKind ? null : number(point, 'count'),
    sum: scalarKind ? null : number(point, 'sum'),
  };
}

function decodeItems<Item>(
  bytes: Buffer,
  names: { resources: string; scopes: string; items: string },
  build: (origin: Origin, item: Loose, sizeBytes: number) => Item | string,
): Decoded<Item> {
  const decoded = emptyDecoded<Item>();
  for (const { origin, item } of eachItem(parse(bytes), names)) {
    const sizeBytes = JSON.stringify(item).length;
    if (sizeBytes > MAX_ITEM_BYTES) {
      decoded.tooLarge += 1;
      decoded.firstProblem ??= `item: at most ${MAX_ITEM_BYTES} bytes, received ${sizeBytes}`;
      continue;
    }
    const built = build(origin, item, sizeBytes);
    if (typeof built === 'string') {
      decoded.invalid += 1;
      decoded.firstProblem ??= built;
    } else {
      decoded.items.push(built);
    }
  }
  return decoded;
}

function parse(bytes: Buffer): Loose {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new JsonShapeError(`body: JSON, ${error instanceof Error ? error.message : ''}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new JsonShapeError('body: a JSON object');
  }
  return value as Loose;
}
