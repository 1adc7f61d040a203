import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatDuration,
  formatQuantity,
  formatRatio,
  parseBytes,
  parseDuration,
  parseQuantity,
  parseRate,
  parseRatio,
} from './units.ts';

describe('what people write', () => {
  it.each([
    ['2s', 2000],
    ['100ms', 100],
    ['1.5m', 90_000],
    ['1.5 min', 90_000],
    ['1h', 3_600_000],
    ['0.07s', 70],
    [250, 250],
    ['0s', 0],
    ['-1s', null],
    ['5', null],
    ['s', null],
    ['1e3s', null],
    [-1, null],
    [Number.NaN, null],
  ])('parseDuration(%j) is %j', (written, expected) => {
    expect(parseDuration(written)).toBe(expected);
  });

  it.each([
    ['1%', 0.01],
    ['0.1 %', 0.001],
    ['150%', 1.5],
    ['0.5', 0.5],
    [1, 1],
    [1.01, null],
    ['-1%', null],
    ['one', null],
  ])('parseRatio(%j) is %j', (written, expected) => {
    expect(parseRatio(written)).toBe(expected);
  });

  it.each([
    ['64KB', 64_000],
    ['1MiB', 1_048_576],
    ['1.5GB', 1.5e9],
    [7, 7],
    ['7', null],
    ['1TB', null],
  ])('parseBytes(%j) is %j', (written, expected) => {
    expect(parseBytes(written)).toBe(expected);
  });

  it.each([
    ['5/s', 5],
    ['300 / min', 5],
    ['2', 2],
    [-2, null],
    ['5/h', null],
  ])('parseRate(%j) is %j', (written, expected) => {
    expect(parseRate(written)).toBe(expected);
  });

  it.each([
    ['ms', '0.3s', 300],
    ['ms', '300', 300],
    ['ratio', '1%', 0.01],
    ['ratio', '300ms', null],
    ['bytes', '1KB', 1000],
    ['times', '1.2x', 1.2],
    ['times', '3 times', 3],
    ['count', '3', 3],
    ['count', '3s', null],
    ['', 200, 200],
  ] as const)('parseQuantity(%j, %j) is %j', (unit, written, expected) => {
    expect(parseQuantity(unit, written)).toBe(expected);
  });
});

describe('what people read', () => {
  it('has the unit that a person would say', () => {
    expect([340, 1500, 10_000, 120_000].map(formatDuration)).toEqual([
      '340 ms',
      '1.5 s',
      '10 s',
      '2 min',
    ]);
    expect([0.01, 0.0035, 0.9995].map(formatRatio)).toEqual(['1 %', '0.35 %', '99.95 %']);
    expect([512, 64_000, 1.5e6, 2e9].map(formatBytes)).toEqual([
      '512 B',
      '64 KB',
      '1.5 MB',
      '2 GB',
    ]);
    expect(formatQuantity('1/s', 12.345)).toBe('12.3 /s');
    expect(formatQuantity('times', 1.5)).toBe('1.5×');
    expect(formatQuantity('count', 3)).toBe('3');
  });
});
