/** What the breaker knows of the recent past. `slow` calls succeeded, but took too long. */
export interface Evidence {
  windowMs: number;
  calls: number;
  failures: number;
  slow: number;
}

/** How one attempt counts. */
export type AttemptVerdict = 'success' | 'failure' | 'slow';

/** Counts over a sliding window of time, in ten steps: the error is a tenth of the window. */
export interface EvidenceWindow {
  record(verdict: AttemptVerdict, nowMs: number): void;
  read(nowMs: number): Evidence;
  clear(): void;
}

const STEPS = 10;

interface Bucket {
  /** Number of the step since the clock's origin; a bucket of another one is out of date. */
  step: number;
  calls: number;
  failures: number;
  slow: number;
}

/** @param windowMs length of the window, milliseconds, >= 1 */
export function createEvidenceWindow(windowMs: number): EvidenceWindow {
  const stepMs = windowMs / STEPS;
  let buckets: Bucket[] = [];
  const stepOf = (nowMs: number) => Math.floor(nowMs / stepMs);

  return {
    record(verdict, nowMs) {
      const step = stepOf(nowMs);
      let bucket = buckets.at(-1);
      if (bucket?.step !== step) {
        bucket = { step, calls: 0, failures: 0, slow: 0 };
        buckets = [...buckets.filter((old) => old.step > step - STEPS), bucket];
      }
      bucket.calls++;
      if (verdict === 'failure') bucket.failures++;
      if (verdict === 'slow') bucket.slow++;
    },
    read(nowMs) {
      const oldest = stepOf(nowMs) - STEPS;
      const evidence: Evidence = { windowMs, calls: 0, failures: 0, slow: 0 };
      for (const bucket of buckets) {
        if (bucket.step <= oldest) continue;
        evidence.calls += bucket.calls;
        evidence.failures += bucket.failures;
        evidence.slow += bucket.slow;
      }
      return evidence;
    },
    clear() {
      buckets = [];
    },
  };
}
