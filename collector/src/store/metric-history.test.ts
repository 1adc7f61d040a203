import { afterAll, beforeAll, expect, it } from 'vitest';
import pino from 'pino';
import type { MetricSeries } from '../contract/index.ts';
import { canonicalLabels } from '../receive/labels.ts';
import { temporaryFolder } from '../testing/running.ts';
import type { MetricSearch } from './metric-history.ts';
import { openStore, type Store } from './store.ts';

let store: Store;

const point = (at: number, value: number, name = 'lag', labels: object = { topic: 'a' }) => ({
  ...{ name, service: 'notifications', instance: 'notifications-1', at, value },
  labels: canonicalLabels({ ...labels }),
});

const ask = (search: Partial<MetricSearch>): Promise<MetricSeries> =>
  store.metricHistory({
    ...{ name: 'lag', service: undefined, instance: undefined, labels: {} },
    ...{ from: 100_000, to: 150_000, stepMs: 5_000, aggregate: 'last', ...search },
  });

beforeAll(async () => {
  const log = pino({ level: 'silent' });
  store = await openStore({ directory: await temporaryFolder(), limitBytes: 1e9, log });
  const points = [
    point(92_000, 7),
    point(106_000, 9),
    point(107_000, 3),
    point(120_000, 4),
    ...[0, 1, 2, 3].map((step) => point(99_000 + step * 5_000, 100 + step * 10, 'sent_total', {})),
    point(119_000, 5, 'sent_total', {}),
    point(101_000, 1, 'lag', { topic: 'b"c', group: 'x' }),
  ];
  await store.write({ spans: [], logs: [], points }, 150_000);
});
afterAll(() => store[Symbol.asyncDispose]());

it('carries a value that stands still, and leaves a gap where nothing was measured', async () => {
  const { series } = await ask({ labels: { topic: 'a' } });
  expect(series).toEqual([
    {
      ...{ service: 'notifications', instance: 'notifications-1', labels: { topic: 'a' } },
      //      100 105 110 115 120 125 130 135   140   145
      values: [7, 3, 3, 3, 4, 4, 4, null, null, null],
    },
  ]);
});

it('knows the highest and the lowest value of a step, its beginning included', async () => {
  const [highest] = (await ask({ labels: { topic: 'a' }, aggregate: 'max' })).series;
  expect(highest?.values.slice(0, 5)).toEqual([7, 9, 3, 3, 4]);
  const [lowest] = (await ask({ labels: { topic: 'a' }, aggregate: 'min' })).series;
  // What was last seen at 107 s is too old to count at 120 s.
  expect(lowest?.values.slice(0, 5)).toEqual([7, 3, 3, 3, 4]);
});

it('tells the growth of a counter, also across a restart', async () => {
  const [series] = (await ask({ name: 'sent_total', aggregate: 'rate' })).series;
  expect(series?.values.slice(0, 5)).toEqual([2, 2, 2, 1, 0]);
});

it('chooses series by label and service, and says when there are more than it holds', async () => {
  expect((await ask({})).series.map(({ labels }) => labels)).toEqual([
    { group: 'x', topic: 'b"c' },
    { topic: 'a' },
  ]);
  expect((await ask({ labels: { topic: 'b"c' } })).series).toHaveLength(1);
  expect((await ask({ labels: { topic: 'b' } })).series).toHaveLength(0);
  expect((await ask({ service: 'orders' })).series).toHaveLength(0);
  const narrow = await ask({ from: 100_000, to: 200_100_000, stepMs: 1_000 });
  expect([narrow.truncated, narrow.series.length]).toEqual([true, 1]);
});
