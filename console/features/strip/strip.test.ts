import type { Mark } from '@faultline/server/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bandsIn, markWords, noteworthy, ticksIn } from './marks.ts';
import {
  LONGEST_MS,
  logRange,
  logY,
  SHORTEST_MS,
  spanAround,
  stepFor,
  timeAt,
  timeTicks,
  xOf,
  zoom,
} from './scale.ts';
import {
  linePath,
  nearest,
  runningSince,
  withLive,
  withoutPrehistory,
  type RedPoint,
} from './series.ts';

const SPAN = { from: 1_000_000, to: 1_360_000 };
const point = (at: number, change: Partial<RedPoint> = {}): RedPoint => ({
  at,
  ratePerS: 1,
  errorRatio: 0,
  p95Ms: 10,
  count: 10,
  errorCount: 0,
  ...change,
});
const mark = (change: Partial<Mark>): Mark => ({
  id: 'm',
  kind: 'fault',
  side: 'ours',
  at: SPAN.from,
  title: 'a fault',
  links: [],
  services: [],
  severity: 'warn',
  ...change,
});

describe('the time axis', () => {
  it('turns pixels into moments and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), (x) => {
        expect(xOf(timeAt(x, SPAN, 1000), SPAN, 1000)).toBeCloseTo(x, 6);
      }),
    );
    expect(timeAt(-50, SPAN, 1000)).toBe(SPAN.from);
    expect(timeAt(5, SPAN, 0)).toBe(SPAN.from);
  });

  it('zooms around a moment that keeps its place, within bounds and never into the future', () => {
    const inner = zoom(SPAN, SPAN.from + 90_000, 0.5, SPAN.to);
    expect(inner.to - inner.from).toBe(180_000);
    expect((SPAN.from + 90_000 - inner.from) / 180_000).toBeCloseTo(0.25);
    expect(zoom(SPAN, SPAN.to, 1e-9, SPAN.to)).toEqual({
      from: SPAN.to - SHORTEST_MS,
      to: SPAN.to,
    });
    expect(zoom(SPAN, SPAN.to, 1e9, SPAN.to)).toEqual({ from: SPAN.to - LONGEST_MS, to: SPAN.to });
  });

  it('brings a chosen range into view', () => {
    const span = spanAround({ from: 5_000_000, to: 5_060_000 }, 9_000_000, 120_000);
    expect(span).toEqual({ from: 4_940_000, to: 5_120_000 });
    expect(spanAround({ from: 5_000_000, to: 5_060_000 }, 5_061_000, 360_000).to).toBe(5_061_000);
  });

  it('has ticks on round moments with room between them', () => {
    const ticks = timeTicks(SPAN, 1000);
    expect(ticks.every((at) => at % 60_000 === 0)).toBe(true);
    expect(ticks).toHaveLength(6);
  });

  it('asks for no more points than pixels need, nor for less than a second', () => {
    expect(stepFor({ from: 0, to: 20_000 })).toBe(1000);
    expect(stepFor({ from: 0, to: 360_000 })).toBe(2000);
    expect(stepFor({ from: 0, to: 3_600_000 })).toBe(20_000);
  });

  it('shows latency in decades that hold every value', () => {
    expect(logRange([12, 2010])).toEqual({ low: 10, high: 10_000 });
    expect(logRange([])).toEqual({ low: 10, high: 1000 });
    expect(logY(100, 10, 1000, 0, 100)).toBeCloseTo(50);
    expect(logY(0, 10, 1000, 0, 100)).toBe(100);
  });
});

describe('the curves', () => {
  it('leave gaps where nothing was measured and where points are missing', () => {
    const values = [
      { at: 0, value: 1 },
      { at: 1, value: null },
      { at: 2, value: 1 },
      { at: 3, value: 1 },
      { at: 9, value: 1 },
    ];
    const path = linePath(
      values,
      (at) => at,
      (value) => value,
      3,
    );
    expect(path).toBe('M0.0 1.0M2.0 1.0L3.0 1.0M9.0 1.0');
  });

  it('go on with live snapshots after the stored series', () => {
    const snapshot = (at: number) => ({
      at,
      windowMs: 10_000,
      links: [],
      services: [
        { service: 'orders', ...point(0), p50Ms: 1, p99Ms: 1 },
        {
          service: 'orders',
          operation: 'POST /orders',
          ...point(0),
          ratePerS: 7,
          p50Ms: 1,
          p99Ms: 1,
        },
      ],
    });
    const series = { stepMs: 2000, points: [{ ...point(1000), p50Ms: 1, p99Ms: 1 }] };
    const chosen = { service: 'orders', operation: 'POST /orders' };
    const points = withLive(series, [snapshot(2000), snapshot(4000)], chosen);
    expect(points.map((each) => [each.at, each.ratePerS])).toEqual([
      [1000, 1],
      [4000, 7],
    ]);
    expect(withLive(undefined, [snapshot(4000)], { service: 'other', operation: null })).toEqual(
      [],
    );
  });

  it('leave out zeros from before the fleet ran, and keep those of a fleet without load', () => {
    const idle = { count: 0, ratePerS: 0 };
    const points = [point(1000, idle), point(2000), point(3000, idle), point(4000, idle)];
    const at = (since: number | null) => withoutPrehistory(points, since).map((each) => each.at);
    expect(at(3500)).toEqual([2000, 4000]);
    expect(at(500)).toEqual([1000, 2000, 3000, 4000]);
    expect(at(null)).toEqual([2000]);
  });

  it('know since when the oldest part runs', () => {
    const part = { name: 'orders', layer: 'domain', purpose: '', maxReplicas: 5 };
    const instance = { id: 'orders-1', restarts: 0, port: null, detail: null };
    const instances = [
      { ...instance, state: 'ready' as const, startedAt: 9000 },
      { ...instance, state: 'paused' as const, startedAt: 7000 },
      { ...instance, state: 'stopped' as const, startedAt: 1000 },
    ];
    expect(runningSince({ services: [{ ...part, instances }], resources: [] })).toBe(7000);
    expect(runningSince({ services: [], resources: [] })).toBeNull();
  });

  it('know the point under the pointer, if there is one near', () => {
    const points = [point(0), point(2000)];
    expect(nearest(points, 1400, 2000)?.at).toBe(2000);
    expect(nearest(points, 9000, 2000)).toBeNull();
  });
});

describe('marks', () => {
  it('draws a lasting fault up to now and cuts bands to the span', () => {
    const marks = [
      mark({ id: 'old', at: 0, until: 500_000 }),
      mark({ id: 'cut', at: 900_000, until: 1_100_000 }),
      mark({ id: 'open', at: 1_200_000, until: null }),
    ];
    expect(
      bandsIn(marks, SPAN, 1_300_000).map((band) => [band.mark.id, band.from, band.to]),
    ).toEqual([
      ['cut', SPAN.from, 1_100_000],
      ['open', 1_200_000, 1_300_000],
    ]);
  });

  it('says how long after the fault a breaker opened', () => {
    const marks = [
      mark({ id: 'f', at: 1_000_000, until: null }),
      mark({ id: 'b', kind: 'breaker', side: 'theirs', at: 1_006_200, title: 'breaker opens' }),
    ];
    expect(ticksIn(marks, SPAN, (at) => (at - SPAN.from) / 360, 1000)).toMatchObject([
      { label: { text: 'breaker opens +6.2 s', side: 'after' } },
    ]);
  });

  it('leaves out labels that would run into each other, and writes backwards at the edge', () => {
    const marks = [1_000_000, 1_009_000, 1_359_000].map((at, index) =>
      mark({ id: `m${index}`, kind: 'policy', at, title: 'policy of a line changed' }),
    );
    const labels = ticksIn(marks, SPAN, (at) => (at - SPAN.from) / 360, 1000).map(
      (tick) => tick.label,
    );
    const text = 'policy of a line changed';
    expect(labels).toEqual([{ text, side: 'after' }, null, { text, side: 'before' }]);
  });

  it('draws marks that stand too close as one, the gravest, with their number', () => {
    const theirs = { kind: 'breaker', side: 'theirs' } as const;
    const marks = [
      mark({ ...theirs, id: 'a', at: 1_010_000, title: 'breaker a->b open → half-open' }),
      mark({
        ...theirs,
        id: 'b',
        at: 1_011_000,
        title: 'breaker a->b half-open → open',
        severity: 'bad',
      }),
      mark({ ...theirs, id: 'c', at: 1_020_000, title: 'breaker a->b half-open → closed' }),
    ];
    const ticks = ticksIn(marks, SPAN, (at) => (at - SPAN.from) / 360, 1000);
    expect(ticks.map((tick) => [tick.mark.id, tick.marks.length, tick.label?.text])).toEqual([
      ['b', 2, 'breaker opens, 1 more'],
      ['c', 1, undefined],
    ]);
  });

  it('leaves out what every launch brings, but not the way back after a crash', () => {
    const life = (id: string, at: number, title: string, severity: Mark['severity'] = 'info') =>
      mark({ id, at, title, severity, kind: 'lifecycle', side: 'theirs' });
    const marks = [
      life('launch', 1, 'payments-1 ready: port 1'),
      life('crash', 2, 'payments-1 crashed: SIGKILL', 'bad'),
      life('other', 3, 'payments-2 ready: port 2'),
      life('start', 4, 'payments-1 starting'),
      life('back', 5, 'payments-1 ready: port 1'),
      life('again', 6, 'payments-1 ready: port 1'),
    ];
    expect(noteworthy(marks).map((each) => each.id)).toEqual(['crash', 'start', 'back']);
  });

  it('speaks as a person would', () => {
    expect(markWords({ kind: 'breaker', title: 'breaker a->b closed → open' })).toBe(
      'breaker opens',
    );
    expect(markWords({ kind: 'saga', title: 'saga.stuck 6e10' })).toBe('saga stuck');
    expect(markWords({ kind: 'lifecycle', title: 'kafka-1 ready: port 9092' })).toBe(
      'kafka-1 ready',
    );
    expect(markWords({ kind: 'scale', title: 'payments 2 → 3' })).toBe('payments 2 → 3');
  });
});
