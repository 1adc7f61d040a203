import { problem, type Chassis, type Worker } from '@faultline/chassis';
import type { Clock } from '@faultline/chassis/core';
import type { ReservationRepository } from './reservation-repository.ts';
import type { Stock } from './reservation.ts';
import { createWatcher, type StockLevel, type Watcher } from './watcher.ts';

/** Tells whoever asks of stock as it changes. Looks at the database only while somebody asks. */
export interface StockWatch extends Worker {
  /** This instance moved stock: there is something to see. */
  changed(): void;
  /**
   * The levels of `skus` (of all, if none is named) as they are, then each change. While nobody
   * takes them, the newest of each product waits and no more.
   *
   * @throws ProblemError 429 `too-many-watchers`
   */
  watch(skus: readonly string[], signal: AbortSignal): AsyncIterable<StockLevel>;
}

export interface StockWatchOptions {
  chassis: Pick<Chassis, 'clock' | 'log'>;
  reservations: Pick<ReservationRepository, 'findAllStock'>;
}

/** What other instances moved is seen after this long at most, milliseconds. */
const LOOK_MS = 1_000;
/** However much is moved, it looks no more often than this, milliseconds. */
const REST_MS = 250;
const MOST_WATCHERS = 100;

/** Creates the watch. */
export function createStockWatch({ chassis, reservations }: StockWatchOptions): StockWatch {
  const { clock, log } = chassis;
  const end = new AbortController();
  const watchers = new Set<Watcher>();
  let known = new Map<string, StockLevel>();
  let running: Promise<void> | undefined;
  /** Rung when there is something to look at, or somebody who looks. */
  let bell = Promise.withResolvers<void>();

  async function look(): Promise<void> {
    const at = clock.now();
    const next = levelsAfter(known, await reservations.findAllStock(), at);
    for (const [sku, level] of next) {
      if (level !== known.get(sku)) for (const watcher of watchers) watcher.offer(level);
    }
    known = next;
  }

  async function run(): Promise<void> {
    while (!end.signal.aborted) {
      if (watchers.size === 0) {
        // What is known ages while nobody looks.
        known = new Map();
        await bell.promise;
        bell = Promise.withResolvers();
        continue;
      }
      bell = Promise.withResolvers();
      await look().catch((error: unknown) => log.warn({ err: error }, 'stock not read'));
      await clock.sleep(REST_MS, end.signal).catch(() => undefined);
      await pause(clock, LOOK_MS - REST_MS, bell.promise);
    }
  }

  async function* read(watcher: Watcher, signal: AbortSignal): AsyncGenerator<StockLevel> {
    watchers.add(watcher);
    for (const level of known.values()) watcher.offer(level);
    bell.resolve();
    try {
      yield* watcher.read(signal);
    } finally {
      watchers.delete(watcher);
    }
  }

  return {
    name: 'stock watch',
    start() {
      running ??= run();
    },
    changed: () => bell.resolve(),
    watch(skus, signal) {
      if (watchers.size >= MOST_WATCHERS) {
        throw problem(429, 'too-many-watchers', `${MOST_WATCHERS} watch the stock already.`);
      }
      return read(createWatcher(skus), signal);
    },
    async [Symbol.asyncDispose]() {
      end.abort();
      bell.resolve();
      await running;
    },
  };
}

/** What stays as it was keeps its time. */
function levelsAfter(
  known: ReadonlyMap<string, StockLevel>,
  stock: readonly Stock[],
  at: number,
): Map<string, StockLevel> {
  return new Map(
    stock.map(({ sku, available }) => {
      const before = known.get(sku);
      return [sku, before?.available === available ? before : { sku, available, at }];
    }),
  );
}

async function pause(clock: Clock, durationMs: number, bell: Promise<void>): Promise<void> {
  const nap = new AbortController();
  void bell.then(() => nap.abort());
  await clock.sleep(durationMs, nap.signal).catch(() => undefined);
}
