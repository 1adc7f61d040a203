import { expect, test } from 'vitest';
import { createRetryBudget } from './retry-budget.ts';

const policy = { enabled: true, ratio: 0.2, reserve: 3 };

/** How many retries it allows in a row. */
function drain(budget: ReturnType<typeof createRetryBudget>): number {
  let allowed = 0;
  while (allowed < 10_000 && budget.spend()) allowed++;
  return allowed;
}

test('the reserve is in hand at first, and no more', () => {
  const budget = createRetryBudget(policy);
  expect(budget.available).toBe(3);
  expect(drain(budget)).toBe(3);
  expect(budget.available).toBe(0);
});

test('in the long run retries are the ratio of the calls', () => {
  for (const ratio of [0.1, 0.2, 0.5, 1, 2]) {
    const budget = createRetryBudget({ enabled: true, ratio, reserve: 0 });
    let retries = 0;
    for (let call = 0; call < 1000; call++) {
      budget.earn();
      retries += drain(budget);
    }
    expect(retries).toBe(1000 * ratio);
  }
});

test('calls fill it to the reserve and not beyond', () => {
  const budget = createRetryBudget(policy);
  drain(budget);
  for (let call = 0; call < 1000; call++) budget.earn();
  expect(budget.available).toBe(3);
});

test('a ratio of 0 allows the reserve once', () => {
  const budget = createRetryBudget({ enabled: true, ratio: 0, reserve: 2 });
  for (let call = 0; call < 100; call++) budget.earn();
  expect(drain(budget)).toBe(2);
  for (let call = 0; call < 100; call++) budget.earn();
  expect(drain(budget)).toBe(0);
});

test('switched off it allows every retry, switched on again the reserve is in hand', () => {
  const budget = createRetryBudget(policy);
  drain(budget);
  budget.setPolicy({ ...policy, enabled: false });
  expect(drain(budget)).toBe(10_000);
  budget.setPolicy(policy);
  expect(drain(budget)).toBe(3);
});

test('a smaller reserve holds at once', () => {
  const budget = createRetryBudget({ ...policy, reserve: 100 });
  budget.setPolicy({ ...policy, reserve: 2 });
  expect(drain(budget)).toBe(2);
});

test('a reset puts the reserve in hand again', () => {
  const budget = createRetryBudget(policy);
  drain(budget);
  budget.reset();
  expect(budget.available).toBe(3);
});
