import { randomFillSync } from 'node:crypto';

/** Services of the generated traces. */
export const SERVICES = ['edge', 'gateway', 'orders', 'inventory', 'payments'];
/** Spans of one request: 50 traces of 10 spans from 5 services, 6 to 8 attributes each. */
export const SPANS_PER_REQUEST = 500;

const TRACES = 50;
const NS_PER_MS = 1_000_000n;

/** Where a span's ids and times stand in the request. */
interface Place {
  ids: number;
  times: number;
}

/**
 * An `ExportTraceServiceRequest` as protobuf, with ids and times of its own. The bytes are copied
 * from a template, so that the generator needs less of the machine than the collector.
 */
export function createOtlpRequest(): Buffer {
  const bytes = Buffer.from(TEMPLATE.bytes);
  const ids = randomFillSync(Buffer.alloc(TRACES * 16 + SPANS_PER_REQUEST * 8));
  const nowNs = BigInt(Date.now()) * NS_PER_MS;
  TEMPLATE.places.forEach(({ ids: at, times }, index) => {
    const trace = Math.floor(index / 2) % TRACES;
    ids.copy(bytes, at, trace * 16, trace * 16 + 16);
    ids.copy(bytes, at + 18, TRACES * 16 + index * 8, TRACES * 16 + index * 8 + 8);
    const durationNs = BigInt(1_000_000 + ((index * 7919) % 300) * 100_000);
    bytes.writeBigUInt64LE(nowNs - durationNs, times);
    bytes.writeBigUInt64LE(nowNs, times + 9);
  });
  return bytes;
}

const TEMPLATE = createTemplate();

function createTemplate(): { bytes: Buffer; places: Place[] } {
  const bytes = Buffer.concat(SERVICES.map(resourceSpans));
  const places: Place[] = [];
  const marker = Buffer.concat([Buffer.from([0x0a, 16]), Buffer.alloc(16), Buffer.from([0x12, 8])]);
  for (let at = bytes.indexOf(marker); at >= 0; at = bytes.indexOf(marker, at + 1)) {
    places.push({ ids: at + 2, times: bytes.indexOf(Buffer.from([0x39, 0, 0, 0]), at) + 1 });
  }
  if (places.length !== SPANS_PER_REQUEST) {
    throw new Error(`spans of the template: ${SPANS_PER_REQUEST}, received ${places.length}`);
  }
  return { bytes, places };
}

/** `ResourceSpans { resource = 1 { attributes = 1 }, scope_spans = 2 { spans = 2 } }`. */
function resourceSpans(service: string, position: number): Buffer {
  const resource = field(
    1,
    Buffer.concat([
      attribute(1, 'service.name', service),
      attribute(1, 'service.instance.id', `${service}-1`),
    ]),
  );
  const spans = Array.from({ length: TRACES }, () => [
    span(service, position, 'server'),
    span(service, position, 'client'),
  ]).flat();
  return field(1, Buffer.concat([resource, field(2, Buffer.concat(spans))]));
}

/**
 * `Span { trace_id = 1, span_id = 2, parent_span_id = 4, name = 5, kind = 6,
 * start_time_unix_nano = 7, end_time_unix_nano = 8, attributes = 9 }`; kind 2 is SERVER, 3 CLIENT.
 */
function span(service: string, position: number, kind: 'server' | 'client'): Buffer {
  const peer = SERVICES[position + 1] ?? 'postgres';
  const isRoot = position === 0 && kind === 'server';
  return field(
    2,
    Buffer.concat([
      field(1, Buffer.alloc(16)),
      field(2, Buffer.alloc(8)),
      ...(isRoot ? [] : [field(4, Buffer.alloc(8, 1))]),
      field(5, Buffer.from(kind === 'server' ? `POST /v1/${service}/:id` : `POST ${peer}`)),
      Buffer.from([0x30, kind === 'server' ? 2 : 3, 0x39]),
      Buffer.alloc(8),
      Buffer.from([0x41]),
      Buffer.alloc(8),
      ...Object.entries(kind === 'server' ? serverAttributes(service) : clientAttributes(peer)).map(
        ([key, value]) => attribute(9, key, value),
      ),
    ]),
  );
}

function serverAttributes(service: string): Record<string, string | number> {
  return {
    'http.request.method': 'POST',
    'http.route': `/v1/${service}/:id`,
    'http.response.status_code': 200,
    'url.path': `/v1/${service}/1234`,
    'correlation.id': '8e9f6c1a-2f34-4b1d-9d7c-0a1b2c3d4e5f',
    'deadline.left_ms': 1800,
  };
}

function clientAttributes(peer: string): Record<string, string | number> {
  return {
    'peer.service': peer,
    'server.address': `${peer}-1`,
    'resilience.attempt': 1,
    'resilience.max_attempts': 3,
    'resilience.outcome': 'ok',
    'http.request.method': 'POST',
    'http.response.status_code': 200,
    'deadline.left_ms': 1700,
  };
}

/** `KeyValue { key = 1, value = 2 { string_value = 1 | int_value = 3 } }`. */
function attribute(number: number, key: string, value: string | number): Buffer {
  const any =
    typeof value === 'string'
      ? field(1, Buffer.from(value))
      : Buffer.concat([Buffer.from([0x18]), varint(value)]);
  return field(number, Buffer.concat([field(1, Buffer.from(key)), field(2, any)]));
}

/** `tag length bytes`; lengths here are below 2^21. */
function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}
