import { expect, test } from 'vitest';
import { createManualClock } from '../core/index.ts';
import { createActiveFaults } from './active-faults.ts';
import { createEventFaults } from './event-faults.ts';
import { createReordering, LONGEST_COLLECTION_MS } from './reordering.ts';

const messages = Array.from({ length: 7 }, (_, number) => ({ offset: String(number) }));
const position = { topic: 'orders', partition: 0 };

function start(window: number | undefined) {
  const clock = createManualClock();
  const faults = createActiveFaults(clock);
  if (window !== undefined) {
    const fault = { id: 'f', kind: 'events.reorder' as const, topic: 'orders', window };
    faults.tell({ faults: [{ fault, ttlMs: 60_000 }] });
  }
  const reordering = createReordering(createEventFaults(faults, { next: () => 0 }), clock);
  const next = (count: number, from: number, of = position) =>
    reordering.next(of, messages.slice(0, count), from).map(({ offset }) => Number(offset));
  return { clock, next };
}

test('events come one after the other while nothing reorders them', () => {
  const { next } = start(undefined);
  expect([next(7, 0), next(7, 6)]).toEqual([[0], [6]]);
  const other = start(3);
  expect(other.next(7, 2, { topic: 'payments', partition: 0 })).toEqual([2]);
});

test('a full window is handled in reverse at once', () => {
  const { next } = start(3);
  expect([next(7, 0), next(7, 3)]).toEqual([
    [2, 1, 0],
    [5, 4, 3],
  ]);
});

test('what is left waits for others, a second at most', async () => {
  const { clock, next } = start(3);
  expect(next(2, 0)).toEqual([]);
  await clock.advance(LONGEST_COLLECTION_MS - 1);
  expect(next(2, 0)).toEqual([]);
  await clock.advance(1);
  expect(next(2, 0)).toEqual([1, 0]);
  // The next one begins to wait when it is seen.
  expect(next(3, 2)).toEqual([]);
  expect(next(5, 2)).toEqual([4, 3, 2]);
});
