import { describe, expect, it } from 'vitest';
import { median, percentile, spread } from './statistics.ts';

describe('median', () => {
  it('is the middle of an odd number of values, in any order', () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it('is the mean of the two in the middle of an even number', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('sorts by size, not by text', () => {
    expect(median([100, 9, 20])).toBe(20);
  });

  it('leaves its input as it was', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it.each([[[]], [[1, Number.NaN]], [[1, Infinity]]])('refuses %j', (values) => {
    expect(() => median(values)).toThrow(RangeError);
  });
});

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

  it.each([
    [0.5, 50],
    [0.95, 95],
    [0.99, 99],
    [1, 100],
  ])('takes the nearest rank: %d of 1 to 100 is %d', (share, expected) => {
    expect(percentile(hundred, share)).toBe(expected);
  });

  it('of one value is that value', () => {
    expect(percentile([7], 0.95)).toBe(7);
  });
});

describe('spread', () => {
  it('is the smallest and the largest value', () => {
    expect(spread([3, -1, 8])).toEqual({ min: -1, max: 8 });
  });
});
