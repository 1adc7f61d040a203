import { bucketOf, mergeInto, observe, type SparseHistogram } from './histogram.ts';

/** Seconds kept in memory: the longest window of the API. */
export const KEPT_SECONDS = 900;
/** One second is always incomplete; the ring keeps it beside the full 900. */
const SLOTS = KEPT_SECONDS + 1;

/** Sums over a range of seconds. */
export interface Sums {
  count: number;
  errors: number;
  /** First attempts: the calls behind the attempts. Only links have them. */
  calls: number;
  /** Calls that never went out. Only links have them. */
  rejected: number;
  durations: Uint32Array;
}

/** What happened in each of the last {@link KEPT_SECONDS} seconds, for one service or link. */
export interface SecondRing {
  /** Counts one finished span. `firstAttempt` marks the attempt that starts a call. */
  add(second: number, durationMs: number, failed: boolean, firstAttempt: boolean): void;
  /** Counts one call that never went out. */
  reject(second: number): void;
  /** Adds the seconds `from <= s < to` to `sums`. */
  sum(from: number, to: number, sums: Sums): void;
  /** The newest second that has anything. */
  newest(): number;
}

/** Creates an empty ring. */
export function createSecondRing(): SecondRing {
  const seconds = new Int32Array(SLOTS).fill(-1);
  const counts = new Uint32Array(SLOTS);
  const errors = new Uint32Array(SLOTS);
  const calls = new Uint32Array(SLOTS);
  const rejected = new Uint32Array(SLOTS);
  const histograms = new Array<SparseHistogram | undefined>(SLOTS);
  let newest = -1;

  /** The slot of a second, emptied when it held an older one; -1 when the second is gone. */
  function slotOf(second: number): number {
    const slot = second % SLOTS;
    const held = seconds[slot] as number;
    if (held === second) return slot;
    if (held > second) return -1;
    seconds[slot] = second;
    counts[slot] = errors[slot] = calls[slot] = rejected[slot] = 0;
    histograms[slot] = undefined;
    if (second > newest) newest = second;
    return slot;
  }

  return {
    newest: () => newest,
    add(second, durationMs, failed, firstAttempt) {
      const slot = slotOf(second);
      if (slot < 0) return;
      (counts[slot] as number) += 1;
      if (failed) (errors[slot] as number) += 1;
      if (firstAttempt) (calls[slot] as number) += 1;
      observe((histograms[slot] ??= []), bucketOf(durationMs));
    },
    reject(second) {
      const slot = slotOf(second);
      if (slot >= 0) (rejected[slot] as number) += 1;
    },
    sum(from, to, sums) {
      const last = Math.min(to - 1, newest);
      for (let second = Math.max(0, from, newest - SLOTS + 1); second <= last; second += 1) {
        const slot = second % SLOTS;
        if (seconds[slot] !== second) continue;
        sums.count += counts[slot] as number;
        sums.errors += errors[slot] as number;
        sums.calls += calls[slot] as number;
        sums.rejected += rejected[slot] as number;
        const histogram = histograms[slot];
        if (histogram) mergeInto(sums.durations, histogram);
      }
    },
  };
}
