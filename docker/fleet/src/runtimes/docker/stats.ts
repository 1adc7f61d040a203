import type { InstanceUsage } from '../runtime.ts';

/** As much of an answer to `GET /containers/<id>/stats` as is looked at. */
export interface ContainerStats {
  memory_stats?: { usage?: number; stats?: Record<string, number> };
  cpu_stats?: { cpu_usage?: { total_usage?: number } };
}

/**
 * Memory that could not be given back (what is used without file pages that nobody touched
 * lately: how the kubelet measures the working set) and CPU time of all of a container.
 */
export function readStats(stats: ContainerStats): Omit<InstanceUsage, 'id'> {
  const { usage = 0, stats: details = {} } = stats.memory_stats ?? {};
  // Control groups version 2, then 1.
  const inactive = details['inactive_file'] ?? 0;
  const inactiveTree = details['total_inactive_file'] ?? inactive;
  return {
    memoryBytes: Math.max(0, usage - inactiveTree),
    cpuSeconds: (stats.cpu_stats?.cpu_usage?.total_usage ?? 0) / 1e9,
  };
}
