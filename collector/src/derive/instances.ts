import { METRIC } from '@faultline/chassis/core';
import type { InstanceUsage, ScrapeTargets } from '../contract/index.ts';
import type { GaugeSample } from './breakers.ts';

type Usage = InstanceUsage['instances'][number];

/** The newest scrape of each expected instance. */
export interface InstanceBook {
  /** Replaces the list of expected instances; what is known of the others is forgotten. */
  expect(targets: readonly ScrapeTargets['targets'][number][]): void;
  scraped(instance: string, at: number, samples: readonly GaugeSample[]): void;
  down(instance: string): void;
  list(): Usage[];
}

interface Known extends Usage {
  cpuSeconds: number | null;
}

/** Creates an empty book. */
export function createInstanceBook(): InstanceBook {
  let known = new Map<string, Known>();

  return {
    expect(targets) {
      known = new Map(
        targets.map((target) => [target.instance, known.get(target.instance) ?? begin(target)]),
      );
    },
    scraped(instance, at, samples) {
      const usage = known.get(instance);
      if (!usage) return;
      const value = (name: string): number | null => {
        const sample = samples.find((other) => other.name === name);
        return sample && Number.isFinite(sample.value) ? sample.value : null;
      };
      const cpuSeconds = value('process_cpu_seconds_total');
      const lagSeconds = value(METRIC.eventLoopLag);
      usage.cpuRatio = cpuRatio(usage, cpuSeconds, at);
      usage.cpuSeconds = cpuSeconds;
      usage.rssBytes = value('process_resident_memory_bytes');
      usage.heapUsedBytes = value('nodejs_heap_size_used_bytes');
      usage.eventLoopLagMs = lagSeconds === null ? null : lagSeconds * 1000;
      usage.up = true;
      usage.scrapedAt = at;
    },
    down(instance) {
      const usage = known.get(instance);
      if (!usage) return;
      // The time of the last good scrape stays: it says since when.
      Object.assign(usage, { ...begin(usage), scrapedAt: usage.scrapedAt });
    },
    list: () => [...known.values()].map(({ cpuSeconds: _, ...usage }) => usage),
  };
}

/** Needs two scrapes of one process: a counter that went back belongs to a new one. */
function cpuRatio(before: Known, cpuSeconds: number | null, at: number): number | null {
  if (cpuSeconds === null || before.cpuSeconds === null || before.scrapedAt === null) return null;
  const seconds = (at - before.scrapedAt) / 1000;
  if (seconds <= 0 || cpuSeconds < before.cpuSeconds) return null;
  return (cpuSeconds - before.cpuSeconds) / seconds;
}

function begin({ service, instance }: { service: string; instance: string }): Known {
  return {
    service,
    instance,
    up: false,
    scrapedAt: null,
    cpuRatio: null,
    rssBytes: null,
    heapUsedBytes: null,
    eventLoopLagMs: null,
    cpuSeconds: null,
  };
}
