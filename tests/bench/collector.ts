import { tracePageSchema } from '@faultline/collector/contract';
import { startCollector, type CollectorProcess } from './collector-process.ts';
import { SERVICES } from './otlp-load.ts';
import type { Bench, BenchContext, Row } from './row.ts';
import { percentile } from './statistics.ts';

const WARM_UP_S = 2;
const CALM_S = 10;
/** What a lab at 40 requests/s makes. */
const CALM_SPANS_PER_S = 600;
/** What questions are asked over; a slow machine needs more time to get there. */
const LEAST_STORED = 1_000_000;
/** Per round and question. */
const QUERIES = 40;

/** Ingest into the store, memory, and how fast the collector answers over what it stored. */
export const collectorBench: Bench = {
  name: 'collector',
  async run(context) {
    return [...(await measureCalm(context)), ...(await measureFull(context))];
  },
};

async function measureCalm(context: BenchContext): Promise<Row[]> {
  context.say(`${CALM_SPANS_PER_S} spans/s for ${CALM_S} s`);
  await using collector = await startCollector(context);
  const before = await collector.usage();
  await collector.ingest(CALM_S, CALM_SPANS_PER_S);
  const { cpuS, peakMb } = await collector.usage();
  const percent = ((cpuS - before.cpuS) / CALM_S) * 100;
  return [
    lower(
      'calm-memory',
      'peak memory at 600 spans/s (a lab at 40 requests/s)',
      'MB',
      [peakMb],
      200,
    ),
    lower('calm-cpu', 'CPU at 600 spans/s', '% of a core', [percent], null),
  ];
}

async function measureFull(context: BenchContext): Promise<Row[]> {
  await using collector = await startCollector(context);
  await collector.ingest(WARM_UP_S);
  await collector.drained();
  const ingested = await measureIngest(context, collector);
  while ((await collector.drained()).spans.stored < LEAST_STORED) await collector.ingest(1);
  const questions = await measureQuestions(context, collector);
  return [...ingested, ...questions];
}

async function measureIngest(
  { sustainedS, say }: BenchContext,
  collector: CollectorProcess,
): Promise<Row[]> {
  say(`as many spans as it takes for ${sustainedS} s`);
  const before = await collector.usage();
  const beganAt = performance.now();
  const sent = await collector.ingest(sustainedS);
  const { spans, storeBytes } = await collector.drained();
  const seconds = (performance.now() - beganAt) / 1000;
  const after = await collector.usage();
  const cpuS = after.cpuS - before.cpuS;
  const dropped = Object.values(spans.dropped).reduce((sum, count) => sum + count, 0);
  say(`${sent} spans in ${seconds.toFixed(1)} s, ${(cpuS / seconds).toFixed(2)} cores`);
  return [
    higher(
      'ingest-per-core',
      `OTLP ingest into the store, per second of CPU, ${sustainedS} s`,
      '1/s',
      [sent / cpuS],
      50_000,
      `without a peer: no Jaeger here; ${(cpuS / seconds).toFixed(2)} cores were used, the rest of ` +
        'the machine made the load; all of decoding, live numbers and DuckDB is in it',
    ),
    higher('ingest', 'OTLP ingest into the store, wall clock', '1/s', [sent / seconds], null),
    lower('ingest-memory', 'peak memory under that load', 'MB', [after.peakMb], 400),
    lower('ingest-dropped', 'spans dropped under that load', '', [dropped], 0),
    lower('store', 'store on disk, per span', 'bytes', [storeBytes / spans.stored], null),
  ];
}

async function measureQuestions(
  { rounds, say }: BenchContext,
  collector: CollectorProcess,
): Promise<Row[]> {
  const { spans } = await collector.drained();
  const stored = `${(spans.stored / 1e6).toFixed(1)} M spans`;
  const rows: Row[] = [];
  for (const { id, what, mostMs, path } of await questionsFor(collector)) {
    const p95s: number[] = [];
    for (let round = 0; round < rounds; round += 1) p95s.push(await p95(collector, path));
    say(`${what}: ${p95s.map((ms) => ms.toFixed(1)).join(', ')} ms`);
    rows.push(lower(id, `${what}, ${stored}, p95`, 'ms', p95s, mostMs));
  }
  return rows;
}

interface Question {
  id: string;
  what: string;
  mostMs: number | null;
  path: (index: number) => string;
}

async function questionsFor(collector: CollectorProcess): Promise<Question[]> {
  const now = Date.now();
  const page = tracePageSchema.parse(await collector.get('/api/traces?limit=100'));
  const ids = page.traces.map(({ traceId }) => traceId);
  const search = (id: string, what: string, path: Question['path']): Question => ({
    id: `search-${id}`,
    what: `trace search, ${what}`,
    mostMs: 100,
    path,
  });
  const hour = `from=${now - 3_600_000}&to=${now}&stepMs=60000`;
  return [
    search('all', 'newest', () => '/api/traces'),
    search('service', 'service', (i) => `/api/traces?service=${SERVICES[i % SERVICES.length]}`),
    search('link', 'link, slowest', () => '/api/traces?link=orders-%3Einventory&sort=slowest'),
    search(
      'operation',
      'operation and duration',
      (i) => `/api/traces?operation=POST%20orders&minMs=${20 + (i % 10)}`,
    ),
    search(
      'time',
      'time range',
      (i) => `/api/traces?from=${now - 10_000 - i * 100}&to=${now - 5000}`,
    ),
    search('nothing', 'nothing found', (i) => `/api/traces?q=order-${i}`),
    search(
      'recent-attribute',
      'attribute, last 5 s',
      (i) => `/api/traces?attr=deadline.left_ms%3D${1700 + i}&from=${now - 5000}`,
    ),
    search('attribute', 'attribute, all', (i) => `/api/traces?attr=deadline.left_ms%3D${1700 + i}`),
    search('trace', 'one trace by id', (i) => `/api/traces/${ids[i % ids.length]}`),
    { id: 'red', what: 'RED of 15 min', mostMs: 50, path: () => '/api/red?window=15m' },
    { id: 'graph', what: 'service graph', mostMs: 50, path: () => '/api/graph?window=15m' },
    {
      id: 'red-series',
      what: 'RED series of an hour, from the store',
      mostMs: null,
      path: () => `/api/red/series?service=orders&${hour}`,
    },
  ];
}

async function p95(collector: CollectorProcess, path: Question['path']): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < QUERIES; index += 1) {
    const beganAt = performance.now();
    await collector.get(path(index));
    times.push(performance.now() - beganAt);
  }
  return percentile(times, 0.95);
}

function lower(
  id: string,
  what: string,
  unit: string,
  ours: readonly number[],
  most: number | null,
): Row {
  return { ...rowOf(id, what, unit, ours, most), better: 'lower' };
}

function higher(
  id: string,
  what: string,
  unit: string,
  ours: readonly number[],
  least: number | null,
  note?: string,
): Row {
  const row = rowOf(id, what, unit, ours, least);
  return { ...row, better: 'higher', ...(note === undefined ? {} : { note }) };
}

function rowOf(
  id: string,
  what: string,
  unit: string,
  ours: readonly number[],
  value: number | null,
): Omit<Row, 'better'> {
  return {
    id: `collector-${id}`,
    what: `collector: ${what}`,
    ...{ unit, ours, peer: null },
    target: value === null ? null : { kind: 'absolute', value },
  };
}
