import type { Clock } from '@faultline/chassis/core';

/** Node refuses longer timers; whatever is left is waited for afterwards. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** An alarm that can be set again and again; only the last setting counts. */
export interface Wake {
  /** Calls back once, at `dueMs` (monotonic) or as soon after as can be. Infinity: never. */
  at(dueMs: number): void;
  cancel(): void;
}

/**
 * Timers have a grain of 1 ms and may fire a fraction early. The rest is waited for on the event
 * loop, so that a pause of some microseconds (slicer) is not rounded up to a millisecond.
 */
export function createWake(clock: Clock, onDue: () => void): Wake {
  let dueMs = Infinity;
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;

  function arm(leftMs: number): void {
    if (leftMs < 1) immediate = setImmediate(check);
    else timer = setTimeout(check, Math.min(LONGEST_TIMER_MS, Math.floor(leftMs)));
  }

  function check(): void {
    const leftMs = dueMs - clock.monotonicMs();
    if (leftMs > 0) arm(leftMs);
    else onDue();
  }

  function cancel(): void {
    clearTimeout(timer);
    clearImmediate(immediate);
    timer = undefined;
    immediate = undefined;
  }

  return {
    at(atMs) {
      cancel();
      dueMs = atMs;
      if (dueMs !== Infinity) arm(dueMs - clock.monotonicMs());
    },
    cancel,
  };
}
