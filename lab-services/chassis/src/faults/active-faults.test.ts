import { expect, test } from 'vitest';
import { createManualClock, type ChassisFault } from '../core/index.ts';
import { createActiveFaults } from './active-faults.ts';

const hog = (id: string, threads = 1): ChassisFault => ({ id, kind: 'process.cpu-hog', threads });

function start() {
  const clock = createManualClock();
  const faults = createActiveFaults(clock);
  const seen: string[] = [];
  const following = faults.during('process.cpu-hog', ({ fault, over }) => {
    seen.push(`${fault.id} begins`);
    over.addEventListener('abort', () => seen.push(`${fault.id} ends`));
  });
  const tell = (...told: [ChassisFault, number][]) =>
    faults.tell({ faults: told.map(([fault, ttlMs]) => ({ fault, ttlMs })) });
  return { clock, faults, seen, tell, following };
}

test('a fault ends when its time is over, also if nobody says anything any more', async () => {
  const { clock, faults, seen, tell } = start();
  expect(faults.isAny).toBe(false);
  tell([hog('a'), 1000], [hog('b'), 3000]);
  await clock.advance(999);
  expect(faults.report()).toEqual([
    { id: 'a', kind: 'process.cpu-hog', leftMs: 1 },
    { id: 'b', kind: 'process.cpu-hog', leftMs: 2001 },
  ]);
  await clock.advance(1);
  expect(faults.report().map(({ id }) => id)).toEqual(['b']);
  await clock.advance(2000);
  expect(faults.isAny).toBe(false);
  expect(seen).toEqual(['a begins', 'b begins', 'a ends', 'b ends']);
});

test('a fault that is told again goes on, and is the same', async () => {
  const { clock, faults, seen, tell } = start();
  for (let second = 0; second < 5; second++) {
    tell([hog('a'), 1500]);
    await clock.advance(1000);
  }
  expect(seen).toEqual(['a begins']);
  expect(faults.report()).toEqual([{ id: 'a', kind: 'process.cpu-hog', leftMs: 500 }]);
});

test('a fault that is not named any more is over at once', () => {
  const { faults, seen, tell } = start();
  tell([hog('a'), 1000], [hog('b'), 1000]);
  tell([hog('b'), 1000]);
  expect(seen).toEqual(['a begins', 'b begins', 'a ends']);
  tell();
  expect(seen.at(-1)).toBe('b ends');
  expect(faults.list()).toEqual([]);
});

test('a fault that is told with other fields is another one', () => {
  const { seen, tell } = start();
  tell([hog('a', 1), 1000]);
  tell([hog('a', 2), 1000]);
  expect(seen).toEqual(['a begins', 'a ends', 'a begins']);
});

test('who asks later hears of what acts already, and of nothing after disposal', () => {
  const { faults, seen, tell, following } = start();
  tell([hog('a'), 1000]);
  const late: string[] = [];
  faults.during('process.cpu-hog', ({ fault }) => void late.push(fault.id));
  following[Symbol.dispose]();
  tell([hog('a'), 1000], [hog('b'), 1000]);
  expect(late).toEqual(['a', 'b']);
  expect(seen).toEqual(['a begins']);
  faults[Symbol.dispose]();
  expect(seen).toEqual(['a begins', 'a ends']);
});
