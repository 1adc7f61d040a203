import { createManualClock } from '@faultline/chassis/core';
import { expect, it } from 'vitest';
import { createTreeMeter, measureTrees, parseCpuTime } from './usage.ts';

it.each([
  ['0:01.50', 1.5],
  ['12:34', 754],
  ['1:00:01', 3601],
  ['2-01:00:00', 176_400],
])('reads the CPU time %s as %d s', (text, seconds) => {
  expect(parseCpuTime(text)).toBe(seconds);
});

it('measures this very process', async () => {
  const tree = (await measureTrees([process.pid])).get(process.pid);
  expect(tree?.memoryBytes).toBeGreaterThan(10_000_000);
  expect(tree?.cpuSeconds).toBeGreaterThan(0);
});

it('leaves out a process that does not exist', async () => {
  expect((await measureTrees([2 ** 30])).size).toBe(0);
});

it('reads memory anew only when it is old, and CPU time always', async () => {
  const clock = createManualClock();
  const meter = createTreeMeter(clock, 1000);
  const look = async () => (await meter.measure([process.pid])).get(process.pid)!;
  const first = await look();
  const filled = Buffer.alloc(64 * 1024 * 1024, 1);
  const second = await look();
  expect(second.memoryBytes).toBe(first.memoryBytes);
  expect(second.cpuSeconds).toBeGreaterThanOrEqual(first.cpuSeconds);
  await clock.advance(1000);
  expect((await look()).memoryBytes).toBeGreaterThan(first.memoryBytes + filled.length / 2);
});
