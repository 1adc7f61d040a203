import type { Clock } from '../core/index.ts';

/** A pause that ends early when somebody rings. */
export interface Alarm {
  ring: () => void;
  /** Whether it rang since the last call. */
  rang(): boolean;
  /** Ends after `durationMs`, or at once if it rings, or rang and nobody asked since. */
  pause(durationMs: number): Promise<void>;
}

/** Creates an {@link Alarm} that is silent. @param end ends every pause */
export function createAlarm(clock: Clock, end?: AbortSignal): Alarm {
  let ringing = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      ringing = true;
      wake?.();
    },
    rang() {
      const did = ringing;
      ringing = false;
      return did;
    },
    async pause(durationMs) {
      if (ringing || end?.aborted) return;
      const rest = new AbortController();
      wake = () => rest.abort();
      const signal = end ? AbortSignal.any([rest.signal, end]) : rest.signal;
      await clock.sleep(durationMs, signal).catch(() => undefined);
      wake = undefined;
    },
  };
}
