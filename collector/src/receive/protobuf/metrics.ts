import { emptyDecoded, type Decoded, type MetricPoint } from '../../model/records.ts';
import type { Origin } from '../../model/span.ts';
import { addPoints, type PointDraft } from '../points.ts';
import { eachItem, expectEnd, readAttribute } from './common.ts';
import { WireReader } from './reader.ts';

/**
 * Where a data point keeps its attributes. All kinds: `fixed64 time_unix_nano = 3`.
 *
 *     gauge = 5, sum = 7            NumberDataPoint    attributes = 7, as_double = 4, as_int = 6
 *     histogram = 9                 HistogramDataPoint attributes = 9, count = 4, sum = 5
 *     exponential_histogram = 10    ExponentialHist…   attributes = 1, count = 4, sum = 5
 *     summary = 11                  SummaryDataPoint   attributes = 7, count = 4, sum = 5
 */
const KINDS = new Map<number, { attributesTag: number; number: boolean }>([
  [42, { attributesTag: 58, number: true }],
  [58, { attributesTag: 58, number: true }],
  [74, { attributesTag: 74, number: false }],
  [82, { attributesTag: 10, number: false }],
  [90, { attributesTag: 58, number: false }],
]);

/**
 * Decodes `ExportMetricsServiceRequest { repeated ResourceMetrics resource_metrics = 1; }`.
 * Histograms and summaries are kept as `<name>_count` and `<name>_sum`.
 *
 * @throws WireError when the bytes are not such a message
 */
export function decodeMetrics(bytes: Buffer): Decoded<MetricPoint> {
  const decoded = emptyDecoded<MetricPoint>();
  eachItem(new WireReader(bytes), (origin, reader) => visitMetric(origin, reader, decoded));
  return decoded;
}

/** `Metric { string name = 1; string description = 2; string unit = 3; oneof data { … } }` */
function visitMetric(origin: Origin, reader: WireReader, decoded: Decoded<MetricPoint>): void {
  const end = reader.limit();
  let name = '';
  const data: { tag: number; start: number }[] = [];
  while (reader.pos < end) {
    const tag = reader.varint();
    if (tag === 10) name = reader.string();
    else {
      if (KINDS.has(tag)) data.push({ tag, start: reader.pos });
      reader.skip(tag & 7);
    }
  }
  expectEnd(reader, end);
  for (const { tag, start } of data) {
    reader.pos = start;
    readPoints(reader, tag, (point) => addPoints(origin, name, point, decoded));
  }
  reader.pos = end;
}

/** Every kind of data: `{ repeated DataPoint data_points = 1; … }` */
function readPoints(reader: WireReader, kindTag: number, add: (point: PointDraft) => void): void {
  const kind = KINDS.get(kindTag);
  const end = reader.limit();
  while (kind && reader.pos < end) {
    const tag = reader.varint();
    if (tag !== 10) {
      reader.skip(tag & 7);
      continue;
    }
    const pointEnd = reader.limit();
    const point: PointDraft = { at: 0, labels: {}, value: null, count: null, sum: null };
    while (reader.pos < pointEnd) {
      const field = reader.varint();
      if (field === 25) point.at = reader.timeMs();
      else if (field === kind.attributesTag) readAttribute(reader, point.labels);
      else if (kind.number && field === 33) point.value = reader.double();
      else if (kind.number && field === 49) point.value = Number(reader.sfixed64());
      else if (!kind.number && field === 33) point.count = reader.fixed64();
      else if (!kind.number && field === 41) point.sum = reader.double();
      else reader.skip(field & 7);
    }
    expectEnd(reader, pointEnd);
    add(point);
  }
  expectEnd(reader, end);
}
