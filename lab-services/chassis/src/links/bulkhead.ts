import type { LinkPolicy } from '../core/index.ts';

/**
 * Isolation of one link: at most `concurrency` calls in flight and `queue` waiting, first come
 * first served. What comes on top is refused at once, so that one slow callee cannot hold all of
 * the caller.
 */
export interface Bulkhead {
  readonly inFlight: number;
  readonly queued: number;
  /** Waits for a place, until `waitMs` have passed; Infinity waits as long as it takes. */
  enter(waitMs: number): Promise<Admission>;
  /** Takes effect at once; switched off, everybody who waits may go. */
  setPolicy(policy: BulkheadPolicy): void;
}

/** `leave` must be called once when the call is over. */
export type Admission =
  { kind: 'entered'; leave: () => void } | { kind: 'full' } | { kind: 'waited-too-long' };

export type BulkheadPolicy = LinkPolicy['bulkhead'];

/** setTimeout's own limit; a longer wait has none. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** Creates an empty {@link Bulkhead}. */
export function createBulkhead(policy: BulkheadPolicy): Bulkhead {
  let inFlight = 0;
  /** Insertion order is the order of the queue. */
  const waiting = new Set<(admission: Admission) => void>();

  function take(): Admission {
    inFlight++;
    let left = false;
    return {
      kind: 'entered',
      leave() {
        if (left) return;
        left = true;
        inFlight--;
        admitWaiting();
      },
    };
  }

  const hasPlace = () => !policy.enabled || inFlight < policy.concurrency;

  function admitWaiting(): void {
    for (const resolve of waiting) {
      if (!hasPlace()) return;
      waiting.delete(resolve);
      resolve(take());
    }
  }

  return {
    get inFlight() {
      return inFlight;
    },
    get queued() {
      return waiting.size;
    },
    enter(waitMs) {
      if (hasPlace()) return Promise.resolve(take());
      if (waiting.size >= policy.queue) return Promise.resolve({ kind: 'full' });
      return new Promise((resolve) => {
        const giveUp = () => {
          waiting.delete(settle);
          resolve({ kind: 'waited-too-long' });
        };
        const timer = waitMs > LONGEST_TIMER_MS ? undefined : setTimeout(giveUp, waitMs);
        const settle = (admission: Admission) => {
          clearTimeout(timer);
          resolve(admission);
        };
        waiting.add(settle);
      });
    },
    setPolicy(next) {
      policy = next;
      admitWaiting();
    },
  };
}
