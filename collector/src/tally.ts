import type { CollectorStats } from './contract/index.ts';
import type { Signal } from './model/records.ts';

/** Why something was not kept. */
export type DropReason = 'queue-full' | 'invalid' | 'too-large' | 'store-failed';

/** Counts what came in, what was stored and what was lost. */
export interface Tally {
  received(signal: Signal, count: number): void;
  stored(signal: Signal, count: number): void;
  dropped(signal: Signal, reason: DropReason, count: number): void;
  /** Grows with every drop; tells whether there is news. */
  readonly drops: number;
  read(): Pick<CollectorStats, Signal>;
}

/** Creates counters at zero. */
export function createTally(): Tally {
  const empty = (): CollectorStats[Signal] => ({ received: 0, stored: 0, dropped: {} });
  const counts = { spans: empty(), logs: empty(), metrics: empty() };
  let drops = 0;
  return {
    received(signal, count) {
      counts[signal].received += count;
    },
    stored(signal, count) {
      counts[signal].stored += count;
    },
    dropped(signal, reason, count) {
      if (count === 0) return;
      drops += count;
      const { dropped } = counts[signal];
      dropped[reason] = (dropped[reason] ?? 0) + count;
    },
    get drops() {
      return drops;
    },
    read: () => structuredClone(counts),
  };
}
