/**
 * Shares the event loop among links and control calls. libuv reads a busy socket up to 32 times
 * (2 MiB) before it looks at the next one, so that 64 busy connections could keep a control call
 * waiting for seconds. One busy connection alone stays below the limit and is not slowed down.
 */
export interface ReadTurn {
  /** Books bytes read in this turn of the event loop; answers whether the reader must wait. */
  isSpentBy(readBytes: number): boolean;
  /** Calls back in the next turn, after other work had its chance. */
  next(resume: () => void): void;
}

/** Below this share of a turn nobody counts by turns: small messages need no timekeeping. */
const UNCOUNTED_SHARE = 1 / 8;

/** @param bytesPerTurn what all links may read in one turn before each of them waits */
export function createReadTurn(bytesPerTurn: number): ReadTurn {
  let spentBytes = 0;
  let waiting: (() => void)[] = [];
  let scheduled = false;

  function begin(): void {
    const resumed = waiting;
    waiting = [];
    spentBytes = 0;
    scheduled = false;
    for (const resume of resumed) resume();
  }

  return {
    isSpentBy(readBytes) {
      spentBytes += readBytes;
      if (!scheduled && spentBytes > bytesPerTurn * UNCOUNTED_SHARE) {
        scheduled = true;
        setImmediate(begin);
      }
      return spentBytes > bytesPerTurn;
    },
    next(resume) {
      waiting.push(resume);
    },
  };
}
