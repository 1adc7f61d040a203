import { expect, test } from 'vitest';
import { firstOf, goodOnes, inUse, nextTurn, renewed } from './timed.ts';

const OVERLAP = { announceMs: 10, graceMs: 100 };

test('a new secret is good before it is shown, and the one before for a while after', () => {
  const all = renewed(firstOf('old'), 'new', 1000, OVERLAP);
  expect([goodOnes(all, 1000), inUse(all, 1000)]).toEqual([['new', 'old'], 'old']);
  expect([goodOnes(all, 1009), inUse(all, 1009)]).toEqual([['new', 'old'], 'old']);
  expect([goodOnes(all, 1010), inUse(all, 1010)]).toEqual([['new', 'old'], 'new']);
  expect([goodOnes(all, 1109), inUse(all, 1109)]).toEqual([['new', 'old'], 'new']);
  expect([goodOnes(all, 1110), inUse(all, 1110)]).toEqual([['new'], 'new']);
});

test('what begins or ends next is told', () => {
  const all = renewed(firstOf('old'), 'new', 1000, OVERLAP);
  expect(nextTurn(all, 1000)).toBe(1010);
  expect(nextTurn(all, 1010)).toBe(1110);
  expect(nextTurn(all, 1110)).toBe(Infinity);
});

test('what is replaced quickly keeps the ends that were promised, four at most', () => {
  let all = firstOf(0);
  for (let count = 1; count <= 5; count++) all = renewed(all, count, count * 10, OVERLAP);
  expect(goodOnes(all, 50)).toEqual([5, 4, 3, 2]);
  expect(all.map(({ until }) => until)).toEqual([null, 160, 150, 140]);
});
