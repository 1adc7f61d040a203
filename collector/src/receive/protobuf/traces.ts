import {
  emptyDecoded,
  MAX_ITEM_BYTES,
  type Decoded,
  type SpanRecord,
} from '../../model/records.ts';
import { buildSpan, type Origin, type SpanDraft } from '../../model/span.ts';
import { eachItem, expectEnd, readAttribute } from './common.ts';
import { WireReader } from './reader.ts';

/**
 * Decodes `ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }`.
 * Field numbers: opentelemetry/proto/trace/v1/trace.proto.
 *
 * @throws WireError when the bytes are not such a message
 */
export function decodeTraces(bytes: Buffer): Decoded<SpanRecord> {
  const decoded = emptyDecoded<SpanRecord>();
  eachItem(new WireReader(bytes), (origin, reader) => visitSpan(origin, reader, decoded));
  return decoded;
}

function visitSpan(origin: Origin, reader: WireReader, decoded: Decoded<SpanRecord>): void {
  const end = reader.limit();
  const sizeBytes = end - reader.pos;
  if (sizeBytes > MAX_ITEM_BYTES) {
    reader.pos = end;
    decoded.tooLarge += 1;
    decoded.firstProblem ??= `span: at most ${MAX_ITEM_BYTES} bytes, received ${sizeBytes}`;
    return;
  }
  const span = buildSpan(origin, readSpan(reader, end, sizeBytes));
  if (typeof span === 'string') {
    decoded.invalid += 1;
    decoded.firstProblem ??= span;
  } else {
    decoded.items.push(span);
  }
}

/**
 *     Span { bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4;
 *            string name = 5; SpanKind kind = 6; fixed64 start_time_unix_nano = 7;
 *            fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9;
 *            repeated Event events = 11; repeated Link links = 13; Status status = 15; }
 */
function readSpan(reader: WireReader, end: number, sizeBytes: number): SpanDraft {
  const draft: SpanDraft = {
    traceId: '',
    spanId: '',
    parentSpanId: '',
    name: '',
    kind: 0,
    startedAt: 0,
    endedAt: 0,
    statusCode: 0,
    statusMessage: '',
    attributes: {},
    events: [],
    sizeBytes,
  };
  while (reader.pos < end) {
    const tag = reader.varint();
    switch (tag) {
      case 10:
        draft.traceId = reader.hex();
        break;
      case 18:
        draft.spanId = reader.hex();
        break;
      case 34:
        draft.parentSpanId = reader.hex();
        break;
      case 42:
        draft.name = reader.string();
        break;
      case 48:
        draft.kind = reader.varint();
        break;
      case 57:
        draft.startedAt = reader.timeMs();
        break;
      case 65:
        draft.endedAt = reader.timeMs();
        break;
      case 74:
        readAttribute(reader, draft.attributes);
        break;
      case 90:
        draft.events.push(readEvent(reader));
        break;
      case 122:
        readStatus(reader, draft);
        break;
      default:
        reader.skip(tag & 7);
    }
  }
  expectEnd(reader, end);
  return draft;
}

/** `Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; }` */
function readEvent(reader: WireReader): SpanRecord['events'][number] {
  const end = reader.limit();
  const event: SpanRecord['events'][number] = { name: '', at: 0, attributes: {} };
  while (reader.pos < end) {
    const tag = reader.varint();
    if (tag === 9) event.at = reader.timeMs();
    else if (tag === 18) event.name = reader.string();
    else if (tag === 26) readAttribute(reader, event.attributes);
    else reader.skip(tag & 7);
  }
  expectEnd(reader, end);
  return event;
}

/** `Status { string message = 2; StatusCode code = 3; }` */
function readStatus(reader: WireReader, draft: SpanDraft): void {
  const end = reader.limit();
  while (reader.pos < end) {
    const tag = reader.varint();
    if (tag === 18) draft.statusMessage = reader.string();
    else if (tag === 24) draft.statusCode = reader.varint();
    else reader.skip(tag & 7);
  }
  expectEnd(reader, end);
}
