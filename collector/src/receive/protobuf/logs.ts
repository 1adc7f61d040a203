import { emptyDecoded, MAX_ITEM_BYTES, type Decoded, type LogEntry } from '../../model/records.ts';
import { buildLog, type LogDraft } from '../../model/log.ts';
import type { Origin } from '../../model/span.ts';
import { scalar } from '../attributes.ts';
import { eachItem, expectEnd, readAnyValue, readAttribute } from './common.ts';
import { WireReader } from './reader.ts';

/**
 * Decodes `ExportLogsServiceRequest { repeated ResourceLogs resource_logs = 1; }`.
 * Field numbers: opentelemetry/proto/logs/v1/logs.proto.
 *
 * @throws WireError when the bytes are not such a message
 */
export function decodeLogs(bytes: Buffer): Decoded<LogEntry> {
  const decoded = emptyDecoded<LogEntry>();
  eachItem(new WireReader(bytes), (origin, reader) => visitLog(origin, reader, decoded));
  return decoded;
}

function visitLog(origin: Origin, reader: WireReader, decoded: Decoded<LogEntry>): void {
  const end = reader.limit();
  const sizeBytes = end - reader.pos;
  if (sizeBytes > MAX_ITEM_BYTES) {
    reader.pos = end;
    decoded.tooLarge += 1;
    decoded.firstProblem ??= `log record: at most ${MAX_ITEM_BYTES} bytes, received ${sizeBytes}`;
    return;
  }
  const entry = buildLog(origin, readLog(reader, end, sizeBytes));
  if (typeof entry === 'string') {
    decoded.invalid += 1;
    decoded.firstProblem ??= entry;
  } else {
    decoded.items.push(entry);
  }
}

/**
 *     LogRecord { fixed64 time_unix_nano = 1; fixed64 observed_time_unix_nano = 11;
 *                 SeverityNumber severity_number = 2; string severity_text = 3; AnyValue body = 5;
 *                 repeated KeyValue attributes = 6; fixed32 flags = 8; bytes trace_id = 9;
 *                 bytes span_id = 10; string event_name = 12; }
 */
function readLog(reader: WireReader, end: number, sizeBytes: number): LogDraft {
  const draft: LogDraft = {
    at: 0,
    observedAt: 0,
    severityNumber: 0,
    body: '',
    eventName: '',
    traceId: '',
    spanId: '',
    attributes: {},
    sizeBytes,
  };
  while (reader.pos < end) {
    const tag = reader.varint();
    switch (tag) {
      case 9:
        draft.at = reader.timeMs();
        break;
      case 89:
        draft.observedAt = reader.timeMs();
        break;
      case 16:
        draft.severityNumber = reader.varint();
        break;
      case 42:
        draft.body = String(scalar(readAnyValue(reader, 0)));
        break;
      case 50:
        readAttribute(reader, draft.attributes);
        break;
      case 74:
        draft.traceId = reader.hex();
        break;
      case 82:
        draft.spanId = reader.hex();
        break;
      case 98:
        draft.eventName = reader.string();
        break;
      default:
        reader.skip(tag & 7);
    }
  }
  expectEnd(reader, end);
  return draft;
}
