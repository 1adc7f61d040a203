import type { Clock } from '@faultline/chassis/core';
import type { Logger } from 'pino';
import type { Backlog } from './backlog.ts';
import type { Store } from './store/store.ts';
import type { Tally } from './tally.ts';

/** Pause between two writes: with the sender's own pause, a span is visible within a second. */
const FLUSH_INTERVAL_MS = 250;
/** Pause between two looks at the size of the store. */
const RETAIN_INTERVAL_MS = 2000;
/** The same failure is told again after this long, not four times a second. */
const COMPLAIN_INTERVAL_MS = 10_000;

/** Moves the backlog into the store, four times a second. */
export interface Flusher extends AsyncDisposable {
  /** End time of the newest span that can be queried, milliseconds since the epoch. */
  newestAt(): number | null;
}

/** What a flusher works with. */
export interface FlusherParts {
  backlog: Backlog;
  store: Store;
  tally: Tally;
  clock: Clock;
  log: Logger;
}

/** Starts a flusher; disposing it writes what is left. */
export function startFlusher(parts: FlusherParts): Flusher {
  const { backlog, store, tally, clock, log } = parts;
  const stop = new AbortController();
  let newest: number | null = null;
  let retainedAt = -Infinity;
  let complainedAt = -Infinity;

  function complain(error: unknown): void {
    if (clock.monotonicMs() - complainedAt < COMPLAIN_INTERVAL_MS) return;
    complainedAt = clock.monotonicMs();
    const full = /no space left|disk full/i.test(String(error));
    log.error(
      { err: error },
      full
        ? 'the disk is full: telemetry is dropped and counted until there is space again'
        : 'the store cannot write: telemetry is dropped and counted',
    );
  }

  async function flush(): Promise<void> {
    const batch = backlog.take();
    const counts = [
      ['spans', batch.spans.length],
      ['logs', batch.logs.length],
      ['metrics', batch.points.length],
    ] as const;
    try {
      await store.write(batch, clock.now());
      for (const [signal, count] of counts) tally.stored(signal, count);
      for (const span of batch.spans) {
        newest = Math.max(newest ?? 0, span.startedAt + span.durationMs);
      }
    } catch (error) {
      for (const [signal, count] of counts) tally.dropped(signal, 'store-failed', count);
      complain(error);
    }
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      await clock.sleep(FLUSH_INTERVAL_MS, stop.signal).catch(() => undefined);
      await flush();
      if (clock.monotonicMs() - retainedAt < RETAIN_INTERVAL_MS) continue;
      retainedAt = clock.monotonicMs();
      await store.retain(clock.now()).catch(complain);
    }
  }

  const running = run();
  return {
    newestAt: () => newest,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
      await flush();
    },
  };
}
