import { describe, expect, it } from 'vitest';
import { drainOf, slowestOf } from './drain.ts';
import { createRates, RATE_WINDOW_MS } from './rates.ts';

describe('the time to drain', () => {
  it.each([
    ['nothing lies before it', [0, 5, 0], 'idle', 0],
    ['it reads faster than is written', [600, 10, 40], 'draining', 20_000],
    ['nothing is written', [600, 0, 40], 'draining', 15_000],
    ['less than a second of its work lies before it', [20, 40, 40], 'keeping-up', 500],
    ['it reads as fast as is written', [41, 40, 40], 'growing', null],
    ['it reads slower than is written', [600, 40, 10], 'growing', null],
    ['it reads nothing', [1, 0, 0], 'stuck', null],
  ] as const)('when %s', (_, [lag, inPerS, outPerS], state, drainMs) => {
    expect(drainOf(lag, inPerS, outPerS)).toMatchObject({ state, drainMs });
  });

  it('is not known before the rates are', () => {
    expect(drainOf(3, null, 1)).toMatchObject({ state: 'unmeasured', drainMs: null });
    expect(drainOf(3, 1, null)).toMatchObject({ state: 'unmeasured', drainMs: null });
  });

  it('of a group is that of its slowest partition, and none when one is blocked', () => {
    const quick = drainOf(100, 0, 50);
    const slow = drainOf(100, 0, 10);
    expect(slowestOf([quick, slow, drainOf(0, 1, 1)])).toMatchObject({
      ...{ lag: 200, outPerS: 61, state: 'draining', drainMs: 10_000 },
    });
    expect(slowestOf([quick, drainOf(1, 0, 0)])).toMatchObject({ state: 'stuck', drainMs: null });
  });
});

describe('rates', () => {
  it('need two looks at some distance', () => {
    const rates = createRates();
    expect(rates.of('a')).toBeNull();
    rates.add(0, new Map([['a', 10]]));
    rates.add(100, new Map([['a', 20]]));
    expect(rates.of('a')).toBeNull();
    rates.add(2_000, new Map([['a', 50]]));
    expect(rates.of('a')).toBe(20);
  });

  it('forget what lies before the window, but compare a rare look with the last one', () => {
    const rates = createRates();
    rates.add(0, new Map([['a', 0]]));
    rates.add(60_000, new Map([['a', 600]]));
    expect(rates.of('a')).toBe(10);
    rates.add(60_000 + RATE_WINDOW_MS, new Map([['a', 600]]));
    expect(rates.of('a')).toBe(0);
  });

  it('are not known of what went back: the log was begun anew', () => {
    const rates = createRates();
    rates.add(0, new Map([['a', 100]]));
    rates.add(5_000, new Map([['a', 2]]));
    expect(rates.of('a')).toBeNull();
  });
});
