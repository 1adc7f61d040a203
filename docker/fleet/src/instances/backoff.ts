/** Delays before the first, second and every further restart in a row, milliseconds. */
const DELAYS_MS = [1000, 2000, 5000] as const;
/** An instance that was up for so long starts with the shortest delay again, milliseconds. */
const HEALTHY_MS = 30_000;

/** How long to wait before a crashed instance is started again. */
export interface Backoff {
  /** @param upMs how long the instance was ready before it crashed; 0 if it never was */
  next(upMs: number): number;
  reset(): void;
}

/** Creates a backoff at its shortest delay. */
export function createBackoff(): Backoff {
  let inARow = 0;
  return {
    next(upMs) {
      if (upMs >= HEALTHY_MS) inARow = 0;
      const delay = DELAYS_MS[Math.min(inARow, DELAYS_MS.length - 1)] ?? 0;
      inARow += 1;
      return delay;
    },
    reset: () => {
      inARow = 0;
    },
  };
}
