/** What an instance does to be as at its first start, without starting anew. */
export interface ResetBook {
  /** Called at every reset, after the data: forgets what the instance remembers. */
  onReset(forget: () => void): void;
  /** Says how the business data are reset; without it there are none. */
  ownData(reset: () => Promise<void>): void;
  /**
   * @param data whether the business data are reset, too; the caller says so to one instance
   * @returns whether there were any
   */
  reset(data: boolean): Promise<boolean>;
}

/** Creates a book in which nothing is written. Resets of one instance wait for each other. */
export function createResetBook(): ResetBook {
  const forgets: (() => void)[] = [];
  let resetData: (() => Promise<void>) | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function run(data: boolean): Promise<boolean> {
    if (data) await resetData?.();
    for (const forget of forgets) forget();
    return data && resetData !== undefined;
  }

  return {
    onReset: (forget) => void forgets.push(forget),
    ownData(reset) {
      resetData = reset;
    },
    reset(data) {
      const next = last.then(
        () => run(data),
        () => run(data),
      );
      last = next;
      return next;
    },
  };
}
