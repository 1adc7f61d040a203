import type { Clock } from '@faultline/chassis/core';

/** Counts who watches a run, and notices when nobody has for a while. */
export interface Attendance extends Disposable {
  /** Somebody watches from now on; returns the function that says that they are gone. */
  enter(): () => void;
}

/** @param graceMs longest time without anybody, milliseconds; it begins at once */
export function createAttendance(clock: Clock, graceMs: number, deserted: () => void): Attendance {
  let present = 0;
  let disposed = false;
  let patience = new AbortController();
  const wait = () => {
    patience = new AbortController();
    clock.sleep(graceMs, patience.signal).then(deserted, () => undefined);
  };
  wait();
  return {
    enter() {
      present += 1;
      patience.abort();
      let here = true;
      return () => {
        if (!here) return;
        here = false;
        present -= 1;
        if (present === 0 && !disposed) wait();
      };
    },
    [Symbol.dispose]() {
      disposed = true;
      patience.abort();
    },
  };
}
