import type { Clock } from '@faultline/chassis/core';

/** Something that happens at a time that can be put off. */
export interface Deadline {
  /** Starts again: `durationMs` from now. */
  restart(durationMs: number): void;
  /** It never happens. */
  cancel(): void;
}

/**
 * Calls `onExpired` once, `durationMs` from now, unless restarted or cancelled before; once more after
 * a restart that comes later. Restarting costs nothing: the sleeper wakes at the old time, sees the
 * new one and sleeps on.
 */
export function createDeadline(clock: Clock, durationMs: number, onExpired: () => void): Deadline {
  const cancelled = new AbortController();
  let dueMs = clock.monotonicMs() + durationMs;
  let sleepingUntilMs = Infinity;
  let sleeper = new AbortController();

  const run = async (signal: AbortSignal) => {
    for (;;) {
      const waitMs = dueMs - clock.monotonicMs();
      if (waitMs <= 0) break;
      sleepingUntilMs = dueMs;
      await clock.sleep(Math.ceil(waitMs), signal);
    }
    if (signal.aborted) return;
    // Nobody sleeps any more: a restart, now or later, has to begin anew.
    sleepingUntilMs = Infinity;
    onExpired();
  };
  const start = () => {
    sleeper = new AbortController();
    // An aborted sleep rejects with the reason; there is nobody to tell.
    run(sleeper.signal).catch((error: unknown) => {
      if (!cancelled.signal.aborted && !isAbort(error)) throw error;
    });
  };
  start();

  return {
    restart(nextMs) {
      if (cancelled.signal.aborted) return;
      dueMs = clock.monotonicMs() + nextMs;
      if (dueMs >= sleepingUntilMs) return;
      sleeper.abort();
      start();
    },
    cancel() {
      cancelled.abort();
      sleeper.abort();
    },
  };
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
