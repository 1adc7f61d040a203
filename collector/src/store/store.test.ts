import { existsSync } from 'node:fs';
import { rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom } from '@faultline/chassis/core';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logQuerySchema, traceQuerySchema, type TraceQuery } from '../contract/index.ts';
import type { SpanRecord } from '../model/records.ts';
import { eventEntry, spanRecord, T0 } from '../testing/records.ts';
import { temporaryFolder } from '../testing/running.ts';
import { readCursor } from './cursor.ts';
import { StoreUnavailableError } from './database.ts';
import { openStore, type Store } from './store.ts';

const log = pino({ level: 'silent' });
const LIMIT = 1024 ** 3;

let directory: string;
beforeAll(async () => {
  directory = await temporaryFolder();
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const open = (name: string, limitBytes = LIMIT): Promise<Store> =>
  openStore({ directory: join(directory, name), limitBytes, log });

/** Traces of a root and up to three more spans. */
function traces(count: number, seed: number): SpanRecord[][] {
  const random = createRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(random.next() * items.length)] as Item;
  return Array.from({ length: count }, (_, index) => {
    const root = spanRecord({
      service: 'gateway',
      name: pick(['GET /catalog', 'POST /orders']),
      startedAt: T0 + index * 10,
      durationMs: Math.round(random.next() * 1000),
      status: random.next() < 0.2 ? 'error' : 'unset',
      correlationId: `corr-${index}`,
      httpStatus: 200,
    });
    const others = Array.from({ length: Math.floor(random.next() * 4) }, () =>
      spanRecord({
        traceId: root.traceId,
        parentSpanId: root.spanId,
        kind: 'client',
        service: pick(['orders', 'catalog']),
        name: pick(['POST payments', 'GET stock']),
        peer: pick(['payments', 'inventory']),
        startedAt: root.startedAt + 1,
        status: random.next() < 0.1 ? 'error' : 'unset',
        orderId: `order-${index}`,
        attributes: { tier: pick(['gold', 'iron']), 'http.response.status_code': pick([200, 503]) },
      }),
    );
    return [root, ...others];
  });
}

function matches(spans: SpanRecord[], query: Partial<TraceQuery>): boolean {
  const root = spans[0];
  if (!root) return false;
  const [key = '', value = ''] = query.attr?.split('=') ?? [];
  return (
    (query.service === undefined || spans.some((span) => span.service === query.service)) &&
    (query.operation === undefined || spans.some((span) => span.name === query.operation)) &&
    (query.link === undefined || spans.some((span) => span.link === query.link)) &&
    (query.attr === undefined || spans.some((span) => String(span.attributes[key]) === value)) &&
    (query.status === undefined || (root.status === 'error') === (query.status === 'error')) &&
    (query.minMs === undefined || root.durationMs >= query.minMs) &&
    (query.maxMs === undefined || root.durationMs <= query.maxMs) &&
    (query.from === undefined || root.startedAt >= query.from) &&
    (query.to === undefined || root.startedAt <= query.to)
  );
}

describe('trace search', () => {
  const all = traces(600, 5);
  let store: Store;
  beforeAll(async () => {
    store = await open('search');
    // One third is written, one third joined from two parts, one third still open.
    await store.write({ spans: all.slice(0, 200).flat(), logs: [], points: [] }, 0);
    await store.write(
      {
        spans: all
          .slice(200, 400)
          .map((spans) => spans.slice(1))
          .flat(),
        logs: [],
        points: [],
      },
      5000,
    );
    await store.write(
      {
        spans: all
          .slice(200, 400)
          .map((spans) => spans.slice(0, 1))
          .flat(),
        logs: [],
        points: [],
      },
      10_000,
    );
    await store.write({ spans: all.slice(400).flat(), logs: [], points: [] }, 15_000);
  });
  afterAll(() => store[Symbol.asyncDispose]());

  const queries: Partial<TraceQuery>[] = [
    {},
    { service: 'orders' },
    { operation: 'GET stock', status: 'error' },
    { link: 'orders->payments', minMs: 300, maxMs: 800 },
    { from: T0 + 1000, to: T0 + 4500 },
    { attr: 'tier=gold', service: 'catalog' },
    { attr: 'http.response.status_code=503' },
    { attr: 'tier=gol' },
    { service: "o'; DROP TABLE spans_1; --" },
  ];

  it.each(queries)('finds what brute force finds: %j', async (query) => {
    const expected = all.filter((spans) => matches(spans, query));
    const found: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const parsed = traceQuerySchema.parse({ ...query, limit: 70 });
      const page = await store.searchTraces({
        ...parsed,
        after: cursor ? readCursor(cursor) : null,
      });
      found.push(...page.traces.map(({ traceId }) => traceId));
      cursor = page.nextCursor ?? undefined;
      pages += 1;
      expect(page.facets.statuses.reduce((sum, { count }) => sum + count, 0)).toBe(expected.length);
      for (const { value, count } of page.facets.services) {
        const having = expected.filter((spans) => spans.some(({ service }) => service === value));
        expect(count).toBe(having.length);
      }
      for (const { value, count } of page.facets.operations) {
        expect(count).toBe(
          expected.filter((spans) => spans.some(({ name }) => name === value)).length,
        );
      }
    } while (cursor !== undefined && pages < 20);
    const newestFirst = expected.map((spans) => spans[0]?.traceId).reverse();
    expect(found).toEqual(newestFirst);
  });

  it('gives the slowest first, page by page, each once', async () => {
    const parsed = traceQuerySchema.parse({ sort: 'slowest', limit: 200 });
    const durations: number[] = [];
    const ids = new Set<string>();
    let after = null;
    for (let page = 0; page < 3; page += 1) {
      const answer = await store.searchTraces({ ...parsed, after });
      for (const trace of answer.traces) {
        durations.push(trace.durationMs);
        ids.add(trace.traceId);
      }
      after = answer.nextCursor === null ? null : readCursor(answer.nextCursor);
    }
    expect(ids.size).toBe(600);
    expect(durations).toEqual(durations.toSorted((a, b) => b - a));
  });

  it.each([
    ['order id', (spans: SpanRecord[]) => spans[1]?.orderId],
    ['correlation id', (spans: SpanRecord[]) => spans[0]?.correlationId],
    ['trace id', (spans: SpanRecord[]) => spans[0]?.traceId],
  ])('finds one trace by its %s', async (_, idOf) => {
    for (const index of [10, 250, 450]) {
      const spans = all.slice(index).find((some) => some.length > 1) ?? [];
      const parsed = traceQuerySchema.parse({ q: idOf(spans) });
      const { traces: found } = await store.searchTraces({ ...parsed, after: null });
      expect(found.map(({ traceId }) => traceId)).toEqual([spans[0]?.traceId]);
      expect(found[0]?.spanCount).toBe(spans.length);
    }
  });

  it('reads a trace with its spans, a repeated one once', async () => {
    const later = traces(1, 99)[0] ?? [];
    const spans = later.map((span) => ({ ...span, startedAt: span.startedAt + 1e7 }));
    await store.write({ spans: [...spans, ...spans], logs: [], points: [] }, 15_000);
    const trace = await store.trace(spans[0]?.traceId ?? '');
    expect(trace?.spans.map(({ spanId }) => spanId).sort()).toEqual(
      spans.map(({ spanId }) => spanId).sort(),
    );
    expect(await store.trace('f'.repeat(32))).toBeNull();
  });

  it('computes the RED of old times from the spans', async () => {
    const range = { from: T0, to: T0 + 6000, stepMs: 2000 };
    const points = await store.redHistory({ service: 'gateway' }, range);
    const roots = all.map((spans) => spans[0]).filter((span) => span !== undefined);
    for (const point of points) {
      const within = roots.filter((span) => {
        const end = span.startedAt + span.durationMs;
        return end >= point.at && end < point.at + 2000;
      });
      expect(point.count).toBe(within.length);
      const sorted = within.map((span) => span.durationMs).sort((a, b) => a - b);
      expect(point.p95Ms).toBe(sorted[Math.ceil(0.95 * sorted.length) - 1] ?? null);
    }
    expect(points).toHaveLength(3);
  });
});

describe('log search', () => {
  it('filters by severity, event, text and saga, and pages in both directions', async () => {
    await using store = await open('logs');
    const logs = Array.from({ length: 50 }, (_, index) =>
      eventEntry(
        index % 2 ? 'saga.step.started' : 'resilience.retry.scheduled',
        T0 + (index >> 2),
        {
          ...(index % 2 ? { 'saga.id': 'saga-1', 'saga.step': 'charge' } : {}),
        },
        { severity: index % 10 === 0 ? 'error' : 'info', body: `Line ${index}` },
      ),
    );
    await store.write({ spans: [], logs, points: [] }, 0);
    const find = async (query: object, after: Parameters<Store['searchLogs']>[0]['after'] = null) =>
      store.searchLogs({ ...logQuerySchema.parse(query), after });
    expect((await find({ severity: 'warn' })).logs).toHaveLength(5);
    expect((await find({ event: 'saga.*' })).logs).toHaveLength(25);
    expect((await find({ event: 'saga.step' })).logs).toHaveLength(0);
    expect((await find({ q: 'line 4' })).logs).toHaveLength(11);
    for (const order of ['newest', 'oldest']) {
      const first = await find({ order, limit: 30 });
      const rest = await find({ order, limit: 30 }, readCursor(first.nextCursor ?? ''));
      const bodies = [...first.logs, ...rest.logs].map(({ body }) => body);
      expect(new Set(bodies).size).toBe(50);
      expect(rest.nextCursor).toBeNull();
    }
    expect(await store.sagaTimeline('saga-1', null)).toHaveLength(25);
  });
});

describe('the file', () => {
  it('has everything after a restart, open traces included', async () => {
    const all = traces(50, 11);
    {
      await using store = await open('restart');
      const logs = [eventEntry('saga.started', T0, { 'saga.id': 's' }, { seq: 41 })];
      await store.write({ spans: all.flat(), logs, points: [] }, 0);
    }
    await using store = await open('restart');
    const page = await store.searchTraces({
      ...traceQuerySchema.parse({ limit: 500 }),
      after: null,
    });
    expect(page.traces).toHaveLength(50);
    expect(store.lastSeq).toBe(41);
    expect(await store.recentEvents(10)).toMatchObject([
      { sagaId: 's', eventName: 'saga.started' },
    ]);
  });

  it('stays below its limit by dropping the oldest slices', async () => {
    const limitBytes = 8 * 1024 ** 2;
    await using store = await open('retention', limitBytes);
    const random = createRandom(4);
    const noise = (): string =>
      Array.from({ length: 40 }, () => random.next().toString(36)).join('');
    for (let round = 0; round < 13; round += 1) {
      const spans = Array.from({ length: 1500 }, () =>
        spanRecord({ startedAt: T0 + round * 1000, attributes: { noise: noise() } }),
      );
      await store.write({ spans, logs: [], points: [] }, round * 1000);
      await store.retain(round * 1000);
      expect(store.size().storeBytes).toBeLessThan(limitBytes);
    }
    const { oldestAt } = store.size();
    expect(oldestAt).toBeGreaterThan(T0);
    const newest = await store.searchTraces({ ...traceQuerySchema.parse({}), after: null });
    expect(newest.traces[0]?.startedAt).toBe(T0 + 12_000);
    expect(
      Math.min(
        ...(
          await store.redHistory({ service: 'orders' }, { from: T0, to: T0 + 60_000, stepMs: 1000 })
        )
          .filter(({ count }) => count > 0)
          .map(({ at }) => at),
      ),
    ).toBeGreaterThanOrEqual(oldestAt ?? 0);
  });

  it('shortens its write-ahead log only when it is told to retain, and loses nothing', async () => {
    await using store = await open('log');
    const logFile = join(directory, 'log', 'telemetry.duckdb.wal');
    const attributes = { noise: 'x'.repeat(2000) };
    for (let round = 0; round < 12; round += 1) {
      const spans = Array.from({ length: 1000 }, () => spanRecord({ startedAt: T0, attributes }));
      await store.write({ spans, logs: [], points: [] }, round);
    }
    // DuckDB's own checkpoint would come at 16 MiB, within a commit, and hold up the event loop.
    expect((await stat(logFile)).size).toBeGreaterThan(20 * 1024 ** 2);
    await store.retain(0);
    expect(existsSync(logFile) ? (await stat(logFile)).size : 0).toBeLessThan(1024 ** 2);
    const range = { from: T0, to: T0 + 1000, stepMs: 1000 };
    expect(await store.redHistory({ service: 'orders' }, range)).toMatchObject([{ count: 12_000 }]);
  });

  it.each([
    ['is noise', async (file: string) => writeFile(file, 'no database at all'.repeat(1000))],
    ['was cut', async (file: string) => truncate(file, 20_000)],
  ])('is moved aside when it %s', async (name, harm) => {
    const folder = `damaged ${name}`;
    await (await open(folder))[Symbol.asyncDispose]();
    const file = join(directory, folder, 'telemetry.duckdb');
    await harm(file);
    await using store = await open(folder);
    await store.write({ spans: [spanRecord()], logs: [], points: [] }, 0);
    expect(existsSync(`${file}.damaged`)).toBe(true);
  });

  it('says so when the folder cannot be written', async () => {
    await writeFile(join(directory, 'file'), '');
    await expect(open('file/below')).rejects.toThrow(StoreUnavailableError);
    await expect(open('file/below')).rejects.toThrow(/Choose another folder with --data-dir/);
  });
});
