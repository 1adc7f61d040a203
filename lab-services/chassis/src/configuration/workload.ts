import type { Workload } from '../core/index.ts';

/** What this instance may know and nobody else, as the registry told it last. Never log any of it. */
export interface Workloads {
  /** Undefined until the registry told it; for ever without a `WORKLOAD_TOKEN`. */
  readonly current: Workload | undefined;
  /** Resolves with the first document, or rejects with the signal's reason. */
  wait(signal?: AbortSignal): Promise<Workload>;
  /** Calls `listener` now, if there is a document, and after every change. */
  follow(listener: (workload: Workload) => void): void;
}

/** Creates {@link Workloads} that know nothing yet. */
export function createWorkloads(): Workloads & { set(workload: Workload): void } {
  const listeners: ((workload: Workload) => void)[] = [];
  const first = Promise.withResolvers<Workload>();
  let current: Workload | undefined;
  return {
    get current() {
      return current;
    },
    wait(signal) {
      if (!signal) return first.promise;
      return new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const abort = () => reject(signal.reason as Error);
        signal.addEventListener('abort', abort, { once: true });
        void first.promise.then((workload) => {
          signal.removeEventListener('abort', abort);
          resolve(workload);
        });
      });
    },
    follow(listener) {
      listeners.push(listener);
      if (current) listener(current);
    },
    set(workload) {
      current = workload;
      first.resolve(workload);
      for (const listener of listeners) listener(workload);
    },
  };
}
