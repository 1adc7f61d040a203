/**
 * Speed and cost of the collector.
 *
 *   node tests/bench/collector.bench.ts [seconds of ingest, default 20]
 *
 * Sends OTLP over HTTP as fast as the collector answers (requests of 500 spans, traces of 10 spans
 * from 5 services, 6 to 8 attributes each), then asks. Prints `measured / target` per row.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Pool } from 'undici';

const MAIN = new URL('../../collector/src/main.ts', import.meta.url).pathname;
/** As docs/reference/collector.md advises: V8 collects garbage late when it may take gigabytes. */
const HEAP = ['--max-semi-space-size=8', '--max-old-space-size=256'];
const SECONDS = Number(process.argv[2] ?? 20);
const TRACES = 50;
const SPANS = 10;
const IN_FLIGHT = 4;
const QUERIES = 40;
const SERVICES = ['edge', 'gateway', 'orders', 'inventory', 'payments'];

interface Subject {
  readonly child: ChildProcess;
  readonly url: string;
  readonly dataDir: string;
}

async function start(): Promise<Subject> {
  const dataDir = await mkdtemp(join(tmpdir(), 'faultline-bench-'));
  const args = [...HEAP, MAIN, '--http-port', '0', '--grpc-port', '0', '--data-dir', dataDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  if (!child.stdout) throw new Error('stdout: a pipe');
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as { msg: string; httpPort: number };
    if (said.msg === 'ready') {
      return { child, url: `http://127.0.0.1:${said.httpPort}`, dataDir };
    }
  }
  throw new Error('the collector ended before it was ready');
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

function attribute(key: string, value: string | number): Buffer {
  const any =
    typeof value === 'string'
      ? field(1, Buffer.from(value))
      : Buffer.concat([Buffer.from([0x18]), varint(value)]);
  return field(9, Buffer.concat([field(1, Buffer.from(key)), field(2, any)]));
}

function span(index: number, kind: number): Buffer {
  const service = SERVICES[Math.floor(index / 2)] ?? 'edge';
  const peer = SERVICES[Math.floor(index / 2) + 1] ?? 'postgres';
  const attributes =
    kind === 2
      ? [
          attribute('http.request.method', 'POST'),
          attribute('http.route', `/v1/${service}/:id`),
          attribute('http.response.status_code', 200),
          attribute('url.path', `/v1/${service}/1234`),
          attribute('correlation.id', '8e9f6c1a-2f34-4b1d-9d7c-0a1b2c3d4e5f'),
          attribute('deadline.left_ms', 1800),
        ]
      : [
          attribute('peer.service', peer),
          attribute('server.address', `${peer}-1`),
          attribute('resilience.attempt', 1),
          attribute('resilience.max_attempts', 3),
          attribute('resilience.outcome', 'ok'),
          attribute('http.request.method', 'POST'),
          attribute('http.response.status_code', 200),
          attribute('deadline.left_ms', 1700),
        ];
  return field(
    2,
    Buffer.concat([
      field(1, Buffer.alloc(16)),
      field(2, Buffer.alloc(8)),
      ...(index === 0 ? [] : [field(4, Buffer.alloc(8, 1))]),
      field(5, Buffer.from(kind === 2 ? `POST /v1/${service}/:id` : `POST ${peer}`)),
      Buffer.from([0x30, kind, 0x39]),
      Buffer.alloc(8),
      Buffer.from([0x41]),
      Buffer.alloc(8),
      ...attributes,
    ]),
  );
}

/** One request, and where its ids and times stand: they are written anew for each sending. */
function template(): { bytes: Buffer; spans: { ids: number; times: number }[] } {
  const resources = SERVICES.map((service, position) => {
    const resource = field(
      1,
      Buffer.concat(
        [
          ['service.name', service],
          ['service.instance.id', `${service}-1`],
        ].map(([key = '', value = '']) => {
          const bytes = attribute(key, value);
          bytes[0] = 0x0a;
          return bytes;
        }),
      ),
    );
    const spans = Array.from({ length: TRACES }, () => [
      span(position * 2, 2),
      span(position * 2 + 1, 3),
    ]).flat();
    return field(1, Buffer.concat([resource, field(2, Buffer.concat(spans))]));
  });
  const bytes = Buffer.concat(resources);
  const spans: { ids: number; times: number }[] = [];
  const marker = Buffer.concat([Buffer.from([0x0a, 16]), Buffer.alloc(16), Buffer.from([0x12, 8])]);
  for (let at = bytes.indexOf(marker); at >= 0; at = bytes.indexOf(marker, at + 1)) {
    spans.push({ ids: at + 2, times: bytes.indexOf(Buffer.from([0x39, 0, 0, 0]), at) + 1 });
  }
  if (spans.length !== TRACES * SPANS) throw new Error(`spans: ${TRACES * SPANS}, ${spans.length}`);
  return { bytes, spans };
}

const { bytes: TEMPLATE, spans: PLACES } = template();

function request(): Buffer {
  const bytes = Buffer.from(TEMPLATE);
  const ids = randomFillSync(Buffer.alloc(TRACES * 16 + PLACES.length * 8));
  const now = BigInt(Date.now()) * 1_000_000n;
  PLACES.forEach(({ ids: at, times }, index) => {
    const trace = Math.floor(index / 2) % TRACES;
    ids.copy(bytes, at, trace * 16, trace * 16 + 16);
    ids.copy(bytes, at + 18, TRACES * 16 + index * 8, TRACES * 16 + index * 8 + 8);
    const durationNs = BigInt(1_000_000 + ((index * 7919) % 300) * 100_000);
    bytes.writeBigUInt64LE(now - durationNs, times);
    bytes.writeBigUInt64LE(now, times + 9);
  });
  return bytes;
}

async function ingest(subject: Subject, seconds: number, spansPerS = Infinity): Promise<number> {
  const pool = new Pool(subject.url, { connections: IN_FLIGHT });
  const began = performance.now();
  let sent = 0;
  const send = async (): Promise<void> => {
    while (performance.now() - began < seconds * 1000) {
      const dueMs = (sent / spansPerS) * 1000 - (performance.now() - began);
      if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs));
      sent += PLACES.length;
      const { statusCode, body } = await pool.request({
        path: '/v1/traces',
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: request(),
      });
      await body.dump();
      if (statusCode !== 200) throw new Error(`status: 200, received ${statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, send));
  await pool.close();
  return sent;
}

interface Stats {
  spans: { received: number; stored: number; dropped: Record<string, number> };
  queued: number;
  storeBytes: number;
}

async function get<Body>(subject: Subject, path: string): Promise<Body> {
  const response = await fetch(subject.url + path);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Body;
}

async function drained(subject: Subject): Promise<Stats> {
  for (;;) {
    const stats = await get<Stats>(subject, '/api/stats');
    const dropped = Object.values(stats.spans.dropped).reduce((sum, count) => sum + count, 0);
    if (stats.spans.stored + dropped >= stats.spans.received) return stats;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** CPU seconds and resident bytes of a process (proc(5): utime, stime are fields 14 and 15). */
async function usage({ child }: Subject): Promise<{ cpuS: number; rss: number; peak: number }> {
  const stat = (await readFile(`/proc/${child.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  const kb = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]);
  return {
    cpuS: (Number(stat[11]) + Number(stat[12])) / 100,
    rss: kb('VmRSS') / 1024,
    peak: kb('VmHWM') / 1024,
  };
}

function row(what: string, measured: string, target: string): void {
  process.stdout.write(`${what.padEnd(58)} ${measured.padStart(14)}   target ${target}\n`);
}

async function latencies(subject: Subject, path: (index: number) => string): Promise<string> {
  const times: number[] = [];
  for (let index = 0; index < QUERIES; index += 1) {
    const began = performance.now();
    await get(subject, path(index));
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.ceil(share * QUERIES) - 1] ?? 0).toFixed(1);
  return `${at(0.5)} / ${at(0.95)} ms`;
}

async function askAll(subject: Subject): Promise<void> {
  const now = Date.now();
  const searches: [string, (index: number) => string][] = [
    ['all', () => '/api/traces'],
    ['service', (index) => `/api/traces?service=${SERVICES[index % 5]}`],
    ['link, slowest', () => '/api/traces?link=orders-%3Einventory&sort=slowest'],
    ['operation, duration', (i) => `/api/traces?operation=POST%20orders&minMs=${20 + (i % 10)}`],
    ['time range', (index) => `/api/traces?from=${now - 10_000 - index * 100}&to=${now - 5000}`],
    ['nothing found', (index) => `/api/traces?q=order-${index}`],
    [
      'attribute, last 5 s',
      (i) => `/api/traces?attr=deadline.left_ms%3D${1700 + i}&from=${now - 5000}`,
    ],
    ['attribute, all', (index) => `/api/traces?attr=deadline.left_ms%3D${1700 + index}`],
  ];
  for (const [name, path] of searches) {
    row(`trace search, ${name}: p50 / p95`, await latencies(subject, path), '100 ms');
  }
  const page = await get<{ traces: { traceId: string }[] }>(subject, '/api/traces?limit=100');
  const ids = page.traces.map(({ traceId }) => traceId);
  row('one trace', await latencies(subject, (i) => `/api/traces/${ids[i % ids.length]}`), '100 ms');
  row('RED of 15 min', await latencies(subject, () => '/api/red?window=15m'), '50 ms');
  row('service graph', await latencies(subject, () => '/api/graph?window=15m'), '50 ms');
  const old = `from=${now - 3_600_000}&to=${now}&stepMs=60000`;
  row(
    'RED series of an hour, from the store',
    await latencies(subject, () => `/api/red/series?service=orders&${old}`),
    '-',
  );
}

async function calm(): Promise<void> {
  const subject = await start();
  await ingest(subject, 10, 600);
  const { cpuS, rss, peak } = await usage(subject);
  row('memory at 600 spans/s (40 requests/s), now / peak', mb(rss, peak), '<= 200 MB');
  row('CPU at 600 spans/s', `${((cpuS / 10) * 100).toFixed(1)} %`, '-');
  await stop(subject);
}

async function full(): Promise<void> {
  const subject = await start();
  await ingest(subject, 2);
  await drained(subject);
  const before = await usage(subject);
  const began = performance.now();
  const sent = await ingest(subject, SECONDS);
  const stats = await drained(subject);
  const seconds = (performance.now() - began) / 1000;
  const after = await usage(subject);
  const cpuS = after.cpuS - before.cpuS;
  row('ingest into the store, spans/s', String(Math.round(sent / seconds)), '-');
  row('spans per CPU second', String(Math.round(sent / cpuS)), '>= 50000');
  row('cores used', (cpuS / seconds).toFixed(2), '-');
  row('memory at full load, now / peak', mb(after.rss, after.peak), '<= 400 MB');
  row('dropped', JSON.stringify(stats.spans.dropped), '{}');
  row('bytes on disk per span', (stats.storeBytes / stats.spans.stored).toFixed(0), '-');
  row('spans in the store for the searches', String(stats.spans.stored), '>= 1000000');
  await askAll(subject);
  await stop(subject);
}

function mb(rss: number, peak: number): string {
  return `${rss.toFixed(0)} / ${peak.toFixed(0)} MB`;
}

async function stop({ child, dataDir }: Subject): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
  await rm(dataDir, { recursive: true, force: true });
}

await calm();
await full();
