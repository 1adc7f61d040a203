import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom, linkPolicySchema } from '../core/index.ts';
import { backoffMs, parseRetryAfterMs } from './backoff.ts';

const policy = linkPolicySchema.parse({}).retry;

test('the pauses of a seed repeat', () => {
  const draw = () => {
    const random = createRandom(42);
    return [1, 2, 3].map((attempt) => Math.round(backoffMs(policy, attempt, random)));
  };
  expect(draw()).toEqual(draw());
});

test('full jitter stays below the doubled bound and the policy’s longest pause', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 10 }), (seed, attempt) => {
      const delayMs = backoffMs({ ...policy, maxDelayMs: 1000 }, attempt, createRandom(seed));
      expect(delayMs).toBeGreaterThanOrEqual(0);
      expect(delayMs).toBeLessThan(Math.min(1000, 100 * 2 ** (attempt - 1)));
    }),
  );
});

test('full jitter uses the whole range', () => {
  const random = createRandom(1);
  const delays = Array.from({ length: 1000 }, () => backoffMs(policy, 2, random));
  expect(Math.min(...delays)).toBeLessThan(10);
  expect(Math.max(...delays)).toBeGreaterThan(190);
  const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
  expect(mean).toBeCloseTo(100, -1);
});

test('Retry-After is a lower bound', () => {
  expect(backoffMs(policy, 1, createRandom(1), 5000)).toBe(5000);
});

test.each([
  ['2', 2000],
  ['0', 0],
  ['Thu, 01 Jan 1970 00:00:10 GMT', 9000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['soon', undefined],
  ['99999999999', undefined],
  [['1', '2'], undefined],
  [undefined, undefined],
])('Retry-After %j means %j ms', (value, expected) => {
  expect(parseRetryAfterMs(value, 1000)).toBe(expected);
});
