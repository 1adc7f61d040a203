import { expect, test } from 'vitest';
import { createBulkhead, type Admission } from './bulkhead.ts';

const enter = (admission: Admission) => {
  if (admission.kind !== 'entered') throw new Error(admission.kind);
  return admission.leave;
};

test('it admits up to its concurrency, queues up to its queue and refuses the rest at once', async () => {
  const bulkhead = createBulkhead({ enabled: true, concurrency: 2, queue: 1 });
  const leave = enter(await bulkhead.enter(Infinity));
  enter(await bulkhead.enter(Infinity));
  const waiting = bulkhead.enter(Infinity);
  expect([bulkhead.inFlight, bulkhead.queued]).toEqual([2, 1]);
  expect(await bulkhead.enter(Infinity)).toEqual({ kind: 'full' });
  leave();
  leave();
  enter(await waiting);
  expect([bulkhead.inFlight, bulkhead.queued]).toEqual([2, 0]);
});

test('those who wait are admitted in the order they came', async () => {
  const bulkhead = createBulkhead({ enabled: true, concurrency: 1, queue: 10 });
  let leave = enter(await bulkhead.enter(Infinity));
  const order: number[] = [];
  const all = [1, 2, 3].map(async (number) => {
    const next = enter(await bulkhead.enter(Infinity));
    order.push(number);
    leave = next;
    queueMicrotask(next);
  });
  leave();
  await Promise.all(all);
  expect(order).toEqual([1, 2, 3]);
});

test('who waits longer than the budget leaves the queue', async () => {
  const bulkhead = createBulkhead({ enabled: true, concurrency: 1, queue: 1 });
  enter(await bulkhead.enter(Infinity));
  expect(await bulkhead.enter(10)).toEqual({ kind: 'waited-too-long' });
  expect(bulkhead.queued).toBe(0);
});

test('a larger concurrency and the switch take effect on those who wait', async () => {
  const bulkhead = createBulkhead({ enabled: true, concurrency: 1, queue: 5 });
  enter(await bulkhead.enter(Infinity));
  const second = bulkhead.enter(Infinity);
  const third = bulkhead.enter(Infinity);
  bulkhead.setPolicy({ enabled: true, concurrency: 2, queue: 5 });
  enter(await second);
  expect(bulkhead.queued).toBe(1);
  bulkhead.setPolicy({ enabled: false, concurrency: 1, queue: 0 });
  enter(await third);
  enter(await bulkhead.enter(Infinity));
  expect(bulkhead.inFlight).toBe(4);
});
