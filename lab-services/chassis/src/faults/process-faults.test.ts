import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock, type ChassisFault } from '../core/index.ts';
import { createActiveFaults, type ActiveFaults } from './active-faults.ts';
import { sufferProcessFaults } from './process-faults.ts';

const PATIENT = { timeout: 25_000, interval: 250 };
const SOON = { timeout: 10_000, interval: 100 };
let resources: DisposableStack;
let faults: ActiveFaults;
beforeEach(() => {
  resources = new DisposableStack();
  faults = resources.use(createActiveFaults(systemClock));
  resources.use(sufferProcessFaults(faults, systemClock));
});
afterEach(() => resources.dispose());

const tell = (fault: ChassisFault) => faults.tell({ faults: [{ fault, ttlMs: 60_000 }] });

/** Processor time of this process over a fifth of a second, as a share of one core. */
async function load(): Promise<number> {
  const [before, startedMs] = [process.cpuUsage(), performance.now()];
  await systemClock.sleep(200);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / (performance.now() - startedMs);
}

test('a hog spins until it is over, and the event loop goes on', async () => {
  const before = process.cpuUsage();
  tell({ id: 'f', kind: 'process.cpu-hog', threads: 1 });
  // However busy the machine is: as much as this is spent by nobody who only waits.
  await expect.poll(() => process.cpuUsage(before).user / 1000, PATIENT).toBeGreaterThan(600);
  faults.tell({ faults: [] });
  await expect.poll(load, SOON).toBeLessThan(0.2);
});

test('memory is taken, and given back', async () => {
  const bytes = 200 * 1_048_576;
  const before = process.memoryUsage.rss();
  const more = () => process.memoryUsage.rss() - before;
  tell({ id: 'f', kind: 'process.memory-pressure', bytes });
  await expect.poll(more, SOON).toBeGreaterThan(0.8 * bytes);
  faults.tell({ faults: [] });
  await expect.poll(more, SOON).toBeLessThan(0.5 * bytes);
});

test('the event loop stands still again and again, until it is over', async () => {
  using delay = watchDelay();
  tell({ id: 'f', kind: 'process.event-loop-stall', stallMs: 300, everyMs: 400 });
  await expect.poll(() => delay.longestMs(), SOON).toBeGreaterThan(250);
  delay.reset();
  await expect.poll(() => delay.longestMs(), SOON).toBeGreaterThan(250);
  faults.tell({ faults: [] });
  await expect
    .poll(async () => {
      delay.reset();
      await systemClock.sleep(500);
      return delay.longestMs();
    }, SOON)
    .toBeLessThan(250);
});

test('the event loop never stands still for longer than it was told', async () => {
  const startedMs = performance.now();
  faults.tell({
    faults: [
      {
        fault: { id: 'f', kind: 'process.event-loop-stall', stallMs: 60_000, everyMs: 10 },
        ttlMs: 400,
      },
    ],
  });
  await expect.poll(() => faults.isAny, SOON).toBe(false);
  expect(performance.now() - startedMs).toBeLessThan(5_000);
});

function watchDelay() {
  const histogram = monitorEventLoopDelay({ resolution: 10 });
  histogram.enable();
  return {
    longestMs: () => histogram.max / 1e6,
    reset: () => histogram.reset(),
    [Symbol.dispose]: () => void histogram.disable(),
  };
}
