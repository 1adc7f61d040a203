/** Bounds how much is done at the same time. */
export interface Slots {
  /** Runs `work` as soon as a slot is free, first come, first served. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** Creates `count` slots (>= 1). */
export function createSlots(count: number): Slots {
  let free = count;
  const queue: (() => void)[] = [];
  return {
    async run(work) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => queue.push(resolve));
      try {
        return await work();
      } finally {
        const next = queue.shift();
        if (next) next();
        else free += 1;
      }
    },
  };
}
