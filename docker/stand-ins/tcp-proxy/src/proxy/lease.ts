import type { Clock } from '@faultline/chassis/core';

/** A time limit that can be renewed. When it runs out, what it guards undoes itself. */
export interface Lease {
  /** Starts the time anew; 0 takes the limit away. */
  renew(ttlMs: number): void;
  /** The time asked for at the last renewal, ms; undefined without a limit. */
  readonly ttlMs: number | undefined;
  /** What is left, ms, never below 0; undefined without a limit. */
  readonly leftMs: number | undefined;
  /** Ends the lease without running out. */
  cancel(): void;
}

/** Longest lease: 7 days. */
export const LONGEST_TTL_MS = 7 * 24 * 60 * 60 * 1000;

export function createLease(clock: Clock, onExpired: () => void): Lease {
  let current: { ttlMs: number; dueMs: number; abort: AbortController } | undefined;

  function cancel(): void {
    current?.abort.abort();
    current = undefined;
  }

  return {
    renew(ttlMs) {
      cancel();
      if (ttlMs === 0) return;
      const abort = new AbortController();
      current = { ttlMs, dueMs: clock.monotonicMs() + ttlMs, abort };
      clock.sleep(ttlMs, abort.signal).then(
        () => {
          current = undefined;
          onExpired();
        },
        () => {
          // Renewed or cancelled: another lease, or none, has taken over.
        },
      );
    },
    get ttlMs() {
      return current?.ttlMs;
    },
    get leftMs() {
      return current && Math.max(0, current.dueMs - clock.monotonicMs());
    },
    cancel,
  };
}
