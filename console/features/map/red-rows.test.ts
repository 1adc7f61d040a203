import { describe, expect, it } from 'vitest';
import { decades, redRows, roundUp } from './red-rows.ts';

const POINT = { at: 1, ratePerS: 2, errorRatio: 0, p50Ms: 5, p95Ms: 40, p99Ms: 2010 };

describe("the rows of a panel's chart", () => {
  it('leave a gap where nothing was called', () => {
    const [calm, quiet] = redRows([
      { ...POINT, count: 20, errorCount: 0 },
      { ...POINT, ratePerS: 0, count: 0, errorCount: 0, p50Ms: null, p95Ms: null, p99Ms: null },
    ]);
    expect(calm).toMatchObject({ errors: 0, p99: 2010, calls: 20 });
    expect(quiet).toMatchObject({ rate: 0, errors: null, p50: null });
  });

  it('stand on an axis of whole decades', () => {
    expect(decades(redRows([{ ...POINT, count: 20, errorCount: 0 }]))).toEqual([
      1, 10, 100, 1000, 10_000,
    ]);
    expect(decades([])).toEqual([10, 100, 1000]);
  });

  it('stand on an axis that ends at a round number', () => {
    expect(roundUp(41, 1)).toBe(50);
    expect(roundUp(0.12, 0.05)).toBe(0.2);
    expect(roundUp(0, 0.05)).toBe(0.05);
    expect(roundUp(100, 1)).toBe(100);
  });
});
