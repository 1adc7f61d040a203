import { expect, test } from 'vitest';
import {
  chassisFaultsSchema,
  createManualClock,
  createRandom,
  type Random,
} from '../core/index.ts';
import type { TestFault } from '../testing/index.ts';
import { createActiveFaults } from './active-faults.ts';
import { createRequestFaults } from './request-faults.ts';

function start(fault: TestFault, random: Random = createRandom(7)) {
  const clock = createManualClock();
  const faults = createActiveFaults(clock);
  const tell = () => faults.tell(chassisFaultsSchema.parse({ faults: [{ fault, ttlMs: 4000 }] }));
  tell();
  const requests = createRequestFaults({ faults, random, clock });
  return { clock, faults, tell, requests };
}

const isHit = (
  { requests }: ReturnType<typeof start>,
  operation = 'POST /charges',
  caller: string | undefined = 'orders',
) => requests.draw(operation, caller) !== undefined;

test('all conditions must hold', () => {
  const started = start({
    ...{ id: 'a', kind: 'application.error' },
    ...{ operation: 'POST /charges', caller: 'orders' },
  });
  expect(isHit(started)).toBe(true);
  expect(isHit(started, 'GET /charges')).toBe(false);
  expect(isHit(started, 'POST /charges', 'gateway')).toBe(false);
  expect(started.requests.draw('POST /charges', undefined)).toBeUndefined();
});

test('a share is drawn for each request, from the source that the service has', () => {
  const [twin, seeds] = [createRandom(7), Array.from({ length: 1000 })];
  const started = start({ id: 'a', kind: 'application.error', ratio: 0.5 });
  const drawn = seeds.map(() => isHit(started));
  expect(drawn).toEqual(seeds.map(() => twin.next() < 0.5));
  expect(drawn.filter(Boolean).length).toBeGreaterThan(450);
  expect(drawn.filter(Boolean).length).toBeLessThan(550);
});

test('the first so many that are hit are counted, also while the fault is told again', () => {
  const started = start({
    id: 'a',
    kind: 'application.error',
    first: 3,
    operation: 'POST /charges',
  });
  const hits: boolean[] = [];
  for (let request = 0; request < 5; request++) {
    expect(isHit(started, 'GET /health')).toBe(false);
    hits.push(isHit(started));
    started.tell();
  }
  expect(hits).toEqual([true, true, true, false, false]);
});

test('nothing is drawn while there is no fault', () => {
  const started = start(
    { id: 'a', kind: 'application.error', ratio: 0.5 },
    {
      next: () => {
        throw new Error('drawn');
      },
    },
  );
  expect(() => isHit(started)).toThrow('drawn');
  started.faults.tell({ faults: [] });
  expect(isHit(started)).toBe(false);
});

test('a request that is held is let go when the fault ends', async () => {
  const { clock, faults, requests } = start({
    ...{ id: 'a', kind: 'application.latency', latencyMs: 3000, jitterMs: 0 },
  });
  let gone = 0;
  const hold = () =>
    requests
      .draw('GET /', undefined)!
      .before()
      .then(() => gone++);
  const first = hold();
  await clock.advance(2999);
  expect(gone).toBe(0);
  await clock.advance(1);
  await first;
  const second = hold();
  faults.tell({ faults: [] });
  await second;
  expect(gone).toBe(2);
});

test('the answer of a request is left alone when the fault ended meanwhile', () => {
  const { faults, requests } = start({ id: 'a', kind: 'application.exception' });
  const [one, other] = [requests.draw('GET /', undefined)!, requests.draw('GET /', undefined)!];
  expect(() => one.after()).toThrow(TypeError);
  faults.tell({ faults: [] });
  expect(other.after()).toBe('unchanged');
});
