import { expect, it } from 'vitest';
import { readStats } from './stats.ts';

it('leaves out file pages that could be given back, on both versions of control groups', () => {
  const cpu_stats = { cpu_usage: { total_usage: 2_500_000_000 } };
  const second = { memory_stats: { usage: 100, stats: { inactive_file: 30 } }, cpu_stats };
  const first = {
    memory_stats: { usage: 100, stats: { inactive_file: 10, total_inactive_file: 40 } },
    cpu_stats,
  };
  expect(readStats(second)).toEqual({ memoryBytes: 70, cpuSeconds: 2.5 });
  expect(readStats(first)).toEqual({ memoryBytes: 60, cpuSeconds: 2.5 });
});

it('measures nothing of a container that has ended', () => {
  expect(readStats({ memory_stats: {}, cpu_stats: {} })).toEqual({ memoryBytes: 0, cpuSeconds: 0 });
});
