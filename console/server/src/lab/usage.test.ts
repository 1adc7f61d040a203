import { createManualClock } from '@faultline/chassis/core';
import { expect, it } from 'vitest';
import { createUsageMeter } from './usage.ts';

const EVERY_MS = 5_000;

it('adds up what the lab uses, and says when the machine is full for a while', async () => {
  const clock = createManualClock();
  let cpuSeconds = 0;
  let measured = Promise.withResolvers<void>();
  const ask = async () => [
    { id: 'a', memoryBytes: 100, cpuSeconds },
    { id: 'b', memoryBytes: 20, cpuSeconds: 1 },
  ];
  await using meter = createUsageMeter(ask, clock, () => measured.resolve(), 2);
  const after = async (coresInUse: number) => {
    measured = Promise.withResolvers();
    cpuSeconds += (coresInUse * EVERY_MS) / 1000;
    await clock.advance(EVERY_MS);
    await measured.promise;
    return meter.usage;
  };
  // The first measurement is made, and tells nothing yet.
  await new Promise((resolve) => setImmediate(resolve));
  expect(meter.usage).toBeNull();
  expect(await after(1.9)).toMatchObject({
    ...{ memoryBytes: 120, processes: 2, cores: 2, saturated: false },
    cpuRatio: expect.closeTo(1.9) as number,
  });
  expect(await after(1.9)).toMatchObject({ saturated: false });
  expect(await after(1.8)).toMatchObject({ saturated: true });
  expect(await after(1.2)).toMatchObject({ saturated: false });
  expect(await after(1.9)).toMatchObject({ saturated: false });
});
