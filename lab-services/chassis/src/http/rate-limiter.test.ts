import { expect, test } from 'vitest';
import { createRateLimiter, LARGEST_NUMBER_OF_CLIENTS } from './rate-limiter.ts';

const policy = { enabled: true, requestsPerS: 10, burst: 20 };

function setUp() {
  let now = 0;
  const limiter = createRateLimiter(() => now);
  const allowed = (client: string, times: number) =>
    Array.from({ length: times }, () => limiter.take(client, policy)).filter(
      (decision) => decision.allowed,
    ).length;
  return { limiter, allowed, pass: (durationMs: number) => (now += durationMs) };
}

test('a client may ask its burst at once and its rate in the long run', () => {
  const { allowed, pass } = setUp();
  expect(allowed('a', 100)).toBe(20);
  let more = 0;
  for (let second = 0; second < 10; second++) {
    pass(1000);
    more += allowed('a', 100);
  }
  expect(more).toBe(100);
});

test('a quiet client gets its burst back and no more', () => {
  const { allowed, pass } = setUp();
  allowed('a', 20);
  pass(3_600_000);
  expect(allowed('a', 100)).toBe(20);
});

test('a client does not spend what is another one’s', () => {
  const { allowed } = setUp();
  expect(allowed('a', 100)).toBe(20);
  expect(allowed('b', 100)).toBe(20);
});

test('an answer says what is left, when the bucket is full, and when to try again', () => {
  const { limiter, allowed, pass } = setUp();
  expect(limiter.take('a', policy)).toEqual({
    allowed: true,
    remaining: 19,
    fullInS: 1,
    retryInS: 0,
  });
  allowed('a', 19);
  pass(50);
  expect(limiter.take('a', policy)).toEqual({
    allowed: false,
    remaining: 0,
    fullInS: 2,
    retryInS: 1,
  });
});

test('a change of the policy holds for the buckets there are', () => {
  const { limiter, allowed } = setUp();
  expect(allowed('a', 5)).toBe(5);
  const narrow = { ...policy, burst: 1 };
  expect(limiter.take('a', narrow).allowed).toBe(true);
  expect(limiter.take('a', narrow).allowed).toBe(false);
});

test('a flood of names costs bounded memory, and who asks again is kept', () => {
  const { limiter, allowed } = setUp();
  expect(allowed('a', 20)).toBe(20);
  for (let number = 0; number < LARGEST_NUMBER_OF_CLIENTS * 2; number++) {
    limiter.take(`client ${number}`, policy);
    if (number % 1000 === 0) expect(limiter.take('a', policy).allowed).toBe(false);
  }
  expect(limiter.size).toBe(LARGEST_NUMBER_OF_CLIENTS);
});

test('a limiter that is cleared gives everybody their burst again', () => {
  const { limiter, allowed } = setUp();
  allowed('a', 100);
  limiter.clear();
  expect(allowed('a', 100)).toBe(20);
  expect(limiter.size).toBe(1);
});
