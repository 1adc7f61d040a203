import { describe, expect, it } from 'vitest';
import { duration, parseDurationMs, percent, rate, size } from './format.ts';

describe('formats', () => {
  it.each([
    [null, '-'],
    [0.25, '250 µs'],
    [1, '1.0 ms'],
    [340, '340 ms'],
    [999.4, '999 ms'],
    [2000, '2.00 s'],
    [59_900, '59.9 s'],
    [60_000, '1 min 0 s'],
    [3_600_000, '1 h 0 min'],
  ])('says a duration of %s ms as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it.each([
    ['2s', 2000],
    ['100ms', 100],
    ['1.5m', 90_000],
    ['250', 250],
    ['500us', 0.5],
    ['2 s', undefined],
    ['-1s', undefined],
    ['', undefined],
    ['1h', undefined],
  ])('reads %o as %s ms', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it('keeps the unit with every number', () => {
    expect([percent(0), percent(0.004), percent(0.82), rate(1.4), rate(40), size(1.21e9)]).toEqual([
      '0 %',
      '0.4 %',
      '82 %',
      '1.4 /s',
      '40 /s',
      '1.21 GB',
    ]);
  });
});
