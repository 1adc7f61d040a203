import type { Stock } from './reservation.ts';

/** Units of one product, and when that was read (milliseconds since the Unix epoch). */
export interface StockLevel extends Stock {
  at: number;
}

/** Somebody who watches some products. Of each the newest level waits, however slow they read. */
export interface Watcher {
  /** Lets a level wait, in place of an older one; ignored for other products. */
  offer(level: StockLevel): void;
  /** What waits and what comes, until `signal` is aborted. */
  read(signal: AbortSignal): AsyncGenerator<StockLevel>;
}

/** Creates a watcher of `skus`; of every product, if none is named. */
export function createWatcher(skus: readonly string[]): Watcher {
  const wanted = new Set(skus);
  /** In the order in which they wait. */
  const pending = new Map<string, StockLevel>();
  let wake = (): void => undefined;
  return {
    offer(level) {
      if (wanted.size > 0 && !wanted.has(level.sku)) return;
      pending.set(level.sku, level);
      wake();
    },
    async *read(signal) {
      signal.addEventListener('abort', () => wake());
      while (!signal.aborted) {
        const [first] = pending.values();
        if (first) {
          pending.delete(first.sku);
          yield first;
        } else {
          await new Promise<void>((resolve) => (wake = resolve));
        }
      }
    },
  };
}
