import { createManualClock, createRandom } from '@faultline/chassis/core';
import { describe, expect, it } from 'vitest';
import type { SpanRecord } from '../model/records.ts';
import { spanRecord, T0 } from '../testing/records.ts';
import { BUCKETS, bucketOf, bucketValueMs, countAtMost, GROWTH } from './histogram.ts';
import { createRedBook, OTHER_OPERATIONS } from './red.ts';

const WORST_ERROR = (GROWTH - 1) / (GROWTH + 1) + 1e-9;

describe('histogram', () => {
  it('stands for every duration with less than two percent of error', () => {
    for (let ms = 0.011; ms < 400_000; ms *= 1.013) {
      const error = Math.abs(bucketValueMs(bucketOf(ms)) - ms) / ms;
      expect(error).toBeLessThanOrEqual(WORST_ERROR);
    }
  });

  it('counts what is at most a limit, and nothing that exceeds it by more than a bucket', () => {
    const dense = new Uint32Array(BUCKETS);
    for (const ms of [0, 10, 100, 100 * GROWTH ** 3, 1e9]) dense[bucketOf(ms)]! += 1;
    expect([0, 9, 10, 100, 105, 200, 1e9].map((ms) => countAtMost(dense, ms))).toEqual([
      1, 1, 2, 3, 3, 4, 5,
    ]);
  });

  it.each([0, -1, Number.NaN])('puts %d into the lowest bucket', (ms) => {
    expect(bucketOf(ms)).toBe(0);
  });
});

/** Spans of five minutes: two services, two links, one in ten fails. */
function generate(seed: number): SpanRecord[] {
  const random = createRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(random.next() * items.length)] as Item;
  return Array.from({ length: 4000 }, () => {
    const kind = pick(['server', 'client', 'consumer', 'producer', 'internal'] as const);
    const client = kind === 'client' || kind === 'producer';
    return spanRecord({
      kind,
      service: pick(['orders', 'payments']),
      name: pick(['GET /a', 'POST /b']),
      startedAt: T0 + Math.floor(random.next() * 300_000),
      durationMs: 2000 * random.next() ** 4,
      status: random.next() < 0.1 ? 'error' : 'unset',
      httpStatus: kind === 'server' && random.next() < 0.05 ? 503 : null,
      ...(client ? { peer: pick(['inventory', 'kafka']) } : {}),
      attributes: client ? { 'resilience.attempt': pick([1, 1, 2]) } : {},
    });
  });
}

/** The same by brute force: filter, sort, count. */
function oracle(spans: readonly SpanRecord[], from: number, to: number) {
  const within = spans.filter(({ startedAt, durationMs }) => {
    const second = Math.floor((startedAt + durationMs) / 1000);
    return second >= from && second < to;
  });
  const durations = within.map((span) => span.durationMs).sort((a, b) => a - b);
  const at = (share: number): number => durations[Math.ceil(share * durations.length) - 1] ?? 0;
  return {
    count: within.length,
    errorCount: within.filter((span) => span.status === 'error' || (span.httpStatus ?? 0) >= 500)
      .length,
    calls: within.filter((span) => span.attributes['resilience.attempt'] === 1).length,
    percentiles: [at(0.5), at(0.95), at(0.99)],
  };
}

describe('RED', () => {
  const spans = generate(7);
  const clock = createManualClock(T0 + 302_500);
  const red = createRedBook(clock);
  for (const span of spans) red.add(span);
  const second = Math.floor((T0 + 302_500) / 1000);

  it.each([1, 10, 60, 300, 900])('agrees with brute force over %d s', (seconds) => {
    const snapshot = red.snapshot(seconds * 1000);
    for (const measured of snapshot.services) {
      const expected = oracle(
        spans.filter(
          (span) =>
            (span.kind === 'server' || span.kind === 'consumer') &&
            span.service === measured.service &&
            (measured.operation === undefined || span.name === measured.operation),
        ),
        second - seconds,
        second,
      );
      expect(measured.count).toBe(expected.count);
      expect(measured.errorCount).toBe(expected.errorCount);
      expect(measured.ratePerS).toBeCloseTo(expected.count / seconds, 10);
      expect(measured.errorRatio).toBeCloseTo(expected.errorCount / expected.count, 10);
      [measured.p50Ms, measured.p95Ms, measured.p99Ms].forEach((value, index) => {
        const exact = expected.percentiles[index] ?? 0;
        if (exact < 0.011) return;
        expect(Math.abs((value ?? 0) - exact) / exact).toBeLessThanOrEqual(WORST_ERROR);
      });
    }
    for (const measured of snapshot.links) {
      const expected = oracle(
        spans.filter(
          (span) =>
            (span.kind === 'client' || span.kind === 'producer') && span.link === measured.link,
        ),
        second - seconds,
        second,
      );
      expect(measured.count).toBe(expected.count);
      expect(measured.errorCount).toBe(expected.errorCount);
      if (expected.calls > 0) {
        expect(measured.attemptsPerCall).toBeCloseTo(
          Math.max(1, expected.count / expected.calls),
          10,
        );
      }
    }
  });

  it('agrees with brute force on how many calls were fast', () => {
    const all = spans.filter(
      ({ kind, service, name }) =>
        (kind === 'server' || kind === 'consumer') && service === 'orders' && name === 'GET /a',
    );
    const subject = { service: 'orders', operation: 'GET /a' };
    const { good, total } = red.fastCalls(subject, { thresholdMs: 300, windowMs: 900_000 });
    const fast = (limitMs: number) => all.filter((span) => span.durationMs <= limitMs).length;
    expect(total).toBe(all.length);
    expect(good).toBeGreaterThanOrEqual(fast(300));
    expect(good).toBeLessThanOrEqual(fast(300 * GROWTH));
    expect(red.fastCalls({ service: 'nobody' }, { thresholdMs: 300, windowMs: 900_000 })).toEqual({
      good: 0,
      total: 0,
    });
  });

  it('gives a point for every step of a series, and their sum is the whole', () => {
    const series = red.series({ service: 'orders' }, { from: T0, to: T0 + 310_000, stepMs: 7000 });
    expect(series.points).toHaveLength(45);
    const whole = spans.filter(
      (span) => span.service === 'orders' && (span.kind === 'server' || span.kind === 'consumer'),
    );
    expect(series.points.reduce((sum, point) => sum + point.count, 0)).toBe(whole.length);
  });
});

describe('RED at its edges', () => {
  const at = (startMs: number) => {
    const clock = createManualClock(startMs);
    return { clock, red: createRedBook(clock) };
  };

  it('counts a span of a clock that is ahead as of now', async () => {
    const { clock, red } = at(T0);
    red.add(spanRecord({ startedAt: T0 + 60_000 }));
    await clock.advance(1000);
    expect(red.snapshot(1000).services[0]?.count).toBe(1);
  });

  it('forgets a second after fifteen minutes', async () => {
    const { clock, red } = at(T0 + 1000);
    red.add(spanRecord({ startedAt: T0, durationMs: 0 }));
    await clock.advance(899_000);
    expect(red.snapshot(900_000).services).toHaveLength(2);
    await clock.advance(1000);
    expect(red.snapshot(900_000).services).toHaveLength(0);
  });

  it('counts calls that never went out, whatever the fallback answered', () => {
    const { red } = at(T0 + 1000);
    const call = (attributes: SpanRecord['attributes']): void =>
      red.add(spanRecord({ kind: 'internal', peer: 'payments', durationMs: 0, attributes }));
    call({ 'resilience.outcome': 'breaker-open', 'resilience.attempts': 0 });
    call({ 'resilience.outcome': 'fallback', 'resilience.attempts': 0 });
    call({ 'resilience.outcome': 'bulkhead-full' });
    call({ 'resilience.outcome': 'timeout', 'resilience.attempts': 3 });
    call({ 'resilience.outcome': 'ok', 'resilience.attempts': 1 });
    expect(red.snapshot(1000).links).toMatchObject([
      { link: 'orders->payments', rejectedPerS: 3, count: 0, attemptsPerCall: null, p50Ms: null },
    ]);
  });

  it('sums up operations beyond its limit instead of hiding them', () => {
    const { red } = at(T0 + 1000);
    for (let index = 0; index < 300; index += 1) {
      red.add(spanRecord({ name: `GET /${index}`, durationMs: 0 }));
    }
    const { services } = red.snapshot(1000);
    expect(services.find((one) => one.operation === OTHER_OPERATIONS)?.count).toBe(100);
    expect(services[0]?.count).toBe(300);
  });
});
