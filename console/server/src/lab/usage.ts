import type { Clock } from '@faultline/chassis/core';
import { availableParallelism } from 'node:os';
import type { FleetView } from '../contract/index.ts';

/** What one process has used. */
export interface ProcessUsage {
  id: string;
  memoryBytes: number;
  /** Since its start. */
  cpuSeconds: number;
}

/** What everything the lab runs uses together. */
export interface UsageMeter extends AsyncDisposable {
  /** Null until two measurements were made. */
  readonly usage: FleetView['usage'];
}

const EVERY_MS = 5_000;
/** From this share of all cores on the machine counts as full. */
const FULL = 0.85;
/** So many measurements in a row: a start needs everything there is, and is over soon. */
const FULL_TIMES = 3;

/** Measures every few seconds. @param ask absent when nobody can tell @param cores of this machine */
export function createUsageMeter(
  ask: (() => Promise<ProcessUsage[]>) | undefined,
  clock: Clock,
  onChange: () => void,
  cores: number = availableParallelism(),
): UsageMeter {
  const life = new AbortController();
  const ended = Promise.withResolvers<never[]>();
  let usage: FleetView['usage'] = null;
  let before: Measurement | null = null;
  let fullTimes = 0;

  const measure = async () => {
    while (ask && !life.signal.aborted) {
      const processes = await Promise.race([ask().catch(() => []), ended.promise]);
      const now = { atMs: clock.monotonicMs(), processes };
      if (before && now.processes.length > 0) {
        const used = between(before, now);
        fullTimes = used.cpuRatio >= FULL * cores ? fullTimes + 1 : 0;
        usage = { ...used, cores, saturated: fullTimes >= FULL_TIMES };
        onChange();
      }
      before = now;
      await clock.sleep(EVERY_MS, life.signal).catch(() => undefined);
    }
  };
  const measuring = measure();
  return {
    get usage() {
      return usage;
    },
    async [Symbol.asyncDispose]() {
      life.abort();
      // Whoever was asked may have gone without an answer.
      ended.resolve([]);
      await measuring;
    },
  };
}

interface Measurement {
  atMs: number;
  processes: ProcessUsage[];
}

function between(before: Measurement, now: Measurement) {
  const earlier = new Map(before.processes.map(({ id, cpuSeconds }) => [id, cpuSeconds]));
  let spentSeconds = 0;
  for (const { id, cpuSeconds } of now.processes) {
    // The time of a tree shrinks when one of its processes ends, as PostgreSQL's back ends do.
    spentSeconds += Math.max(0, cpuSeconds - (earlier.get(id) ?? 0));
  }
  return {
    memoryBytes: now.processes.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
    cpuRatio: (spentSeconds * 1000) / Math.max(1, now.atMs - before.atMs),
    processes: now.processes.length,
  };
}
