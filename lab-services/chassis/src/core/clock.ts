/** Time as an input. Engines, evaluators and policies take a `Clock`, never the ambient time. */
export interface Clock {
  /** Wall-clock time, milliseconds since the Unix epoch. May jump when the host's clock is set. */
  now(): number;
  /** Milliseconds since an arbitrary origin; never goes backwards. Use it to measure durations. */
  monotonicMs(): number;
  /**
   * Resolves after `durationMs` (>= 0). Rejects with the signal's reason as soon as `signal`
   * aborts.
   */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves both times forward by `durationMs` and wakes the sleepers that became due, in order. */
  advance(durationMs: number): Promise<void>;
}

interface Sleeper {
  dueMs: number;
  wake: () => void;
}

/**
 * Creates a clock for tests and replays.
 *
 * @param startMs wall-clock start, milliseconds since the Unix epoch (default 0)
 */
export function createManualClock(startMs = 0): ManualClock {
  let elapsedMs = 0;
  let sleepers: Sleeper[] = [];

  return {
    now: () => startMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    sleep(durationMs, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason as Error);
          return;
        }
        const sleeper: Sleeper = { dueMs: elapsedMs + durationMs, wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener(
          'abort',
          () => {
            sleepers = sleepers.filter((other) => other !== sleeper);
            reject(signal.reason as Error);
          },
          { once: true },
        );
      });
    },
    async advance(durationMs) {
      const target = elapsedMs + durationMs;
      for (;;) {
        const [next] = sleepers
          .filter((sleeper) => sleeper.dueMs <= target)
          .sort((a, b) => a.dueMs - b.dueMs);
        if (!next) break;
        sleepers = sleepers.filter((sleeper) => sleeper !== next);
        elapsedMs = Math.max(elapsedMs, next.dueMs);
        next.wake();
        // Let the woken code run, and perhaps sleep again, before the next sleeper is chosen.
        await new Promise((resolve) => setImmediate(resolve));
      }
      elapsedMs = target;
    },
  };
}
