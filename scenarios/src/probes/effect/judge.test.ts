import { describe, expect, it } from 'vitest';
import { movedBetween } from './judge.ts';

const LINK = 'orders->payments';

/** Key, before, after, whether it moved; over 10 s at 20 calls a second. */
const TABLE: [string, number | null, number | null, boolean][] = [
  ['errors', 0, 0.009, false],
  ['errors', 0, 0.02, true],
  ['errors', 0.1, 0.105, false],
  ['errors', 0.1, 0.115, true],
  ['errors', null, 0.5, false],
  ['p50', 100, 129, false],
  ['p50', 100, 130, true],
  ['p50', 4, 8.9, false],
  ['p50', 4, 9, true],
  ['p95', 100, 50, false],
  ['p95', 100, null, false],
  ['calls', 20, 27, true],
  ['calls', 20, 25, false],
  ['calls', 20, 13, true],
  ['calls', 20, 15, false],
  ['calls', 0, 1, true],
  // Three calls more or less in ten seconds are chance.
  ['calls', 0.5, 0.8, false],
  ['calls', 0.5, 0, false],
  ['rejected', null, 0.3, true],
  ['rejected', null, 0.2, false],
  ['breaker', 0, 2, true],
  ['breaker', null, 1, true],
  ['breaker', 2, 0, false],
  ['events', null, 0.3, true],
  ['events', null, 0.2, false],
  ['events', 5, 6, false],
  ['events', 5, 9, true],
  ['events', 5, 0, false],
  ['announced', null, 0.1, true],
  ['announced', 0.1, 0.1, false],
  ['state', 0, 3, true],
  ['state', 0, -1, true],
  ['state', 0, 0, false],
  ['startedAt', 1000, 2000, true],
  ['startedAt', null, 2000, false],
  ['restarts', 1, 2, true],
  ['restarts', 1, 1, false],
  ['lag', 0, 19, false],
  ['lag', 0, 20, true],
  ['deadLetters', 3, 4, true],
  ['memory', 100e6, 131e6, false],
  ['memory', 100e6, 132e6, true],
  ['cpu', 0.1, 0.39, false],
  ['cpu', 0.1, 0.4, true],
  ['loopLag', 0.001, 0.02, false],
  ['loopLag', 0.001, 0.021, true],
  ['poolInUse', 2, 4, false],
  ['poolInUse', 2, 5, true],
  ['poolWaiting', 0, 1, false],
  ['poolWaiting', 0, 2, true],
  ['reordered', 0, 0.5, true],
  ['reordered', 0, 0, false],
  ['violations', 0, 1, true],
  ['violations', 1, 1, false],
];

describe('a number has moved or not', () => {
  it.each(TABLE)('%s from %j to %j: %j', (measure, before, after, moved) => {
    const key = `${measure} ${LINK}`;
    const calls = { [`calls ${LINK}`]: 20 };
    const found = movedBetween(
      { ...(before === null ? {} : { [key]: before }) },
      { ...(measure === 'calls' ? {} : calls), [key]: after },
      10,
    );
    expect(found).toHaveLength(moved ? 1 : 0);
  });

  it('two errors are not enough, whatever their share', () => {
    const before = { [`errors ${LINK}`]: 0 };
    const after = (errors: number) => ({ [`calls ${LINK}`]: 0.3, [`errors ${LINK}`]: errors });
    expect(movedBetween(before, after(2 / 3), 10)).toEqual([]);
    expect(movedBetween(before, after(1), 10)).toHaveLength(1);
  });

  it('a percentile of nine calls says nothing', () => {
    const before = { [`p95 ${LINK}`]: 10 };
    const after = (callsPerS: number) => ({ [`calls ${LINK}`]: callsPerS, [`p95 ${LINK}`]: 900 });
    expect(movedBetween(before, after(0.9), 10)).toEqual([]);
    expect(movedBetween(before, after(1), 10)).toHaveLength(1);
  });
});

it('is told in sentences', () => {
  const before = {
    [`p95 ${LINK}`]: 12,
    [`errors ${LINK}`]: 0,
    [`breaker ${LINK}`]: 0,
    'state orders-1': 0,
    'startedAt orders-1': 1,
    'calls edge': 20,
  };
  const after = {
    [`calls ${LINK}`]: 20,
    [`p95 ${LINK}`]: 2000,
    [`errors ${LINK}`]: 0.25,
    [`breaker ${LINK}`]: 2,
    'events resilience.retry.scheduled': 1.2,
    'state orders-1': 3,
    'startedAt orders-1': 2,
    'calls edge': 5,
  };
  expect(movedBetween(before, after, 10)).toEqual([
    'p95 of orders->payments rose from 12 ms to 2 s',
    'error ratio of orders->payments rose from 0 % to 25 %',
    'breaker of orders->payments opened',
    'resilience.retry.scheduled was told 12 times',
    'orders-1 is crashed',
    'orders-1 was started anew',
    'rate of edge fell from 20 /s to 5 /s',
  ]);
});
