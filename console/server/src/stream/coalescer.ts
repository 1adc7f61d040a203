/** Turns many requests in a short time into one action: the first at once, the rest together. */
export interface Coalescer extends Disposable {
  request: () => void;
}

/** @param intervalMs shortest time between two actions, milliseconds */
export function createCoalescer(intervalMs: number, act: () => void): Coalescer {
  let timer: NodeJS.Timeout | null = null;
  let wanted = false;
  let disposed = false;

  const rest = () => {
    timer = setTimeout(() => {
      timer = null;
      if (!wanted) return;
      wanted = false;
      act();
      rest();
    }, intervalMs);
    timer.unref();
  };
  return {
    request() {
      if (disposed) return;
      if (timer) {
        wanted = true;
        return;
      }
      rest();
      act();
    },
    [Symbol.dispose]() {
      disposed = true;
      if (timer) clearTimeout(timer);
      timer = null;
    },
  };
}
