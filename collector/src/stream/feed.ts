import type { Clock } from '@faultline/chassis/core';
import type { CollectorStats, CollectorStreamEvent, Saga } from '../contract/index.ts';
import type { Live } from '../live.ts';
import type { LogEntry } from '../model/records.ts';
import type { StreamClient } from './client.ts';

const TICK_MS = 200;
const RED_EVERY_MS = 1000;
const STATS_EVERY_MS = 5000;
/** Drops are told at once, but not more often than this. */
const DROP_NEWS_EVERY_MS = 1000;
const RED_WINDOW_MS = 10_000;

/** Sends what changes to everyone who listens. */
export interface Feed extends AsyncDisposable {
  /** Adds a client and sends it the state as it stands. @returns a function that removes it */
  join(client: StreamClient): () => void;
  readonly clients: number;
}

/** What a feed speaks of. */
export interface FeedParts {
  live: Live;
  clock: Clock;
  stats: () => CollectorStats;
  /** Grows with every drop. */
  drops: () => number;
}

/** Starts a feed. */
export function startFeed(parts: FeedParts): Feed {
  return new LiveFeed(parts);
}

class LiveFeed implements Feed {
  readonly #parts: FeedParts;
  readonly #clients = new Set<StreamClient>();
  readonly #changedSagas = new Map<string, Saga>();
  readonly #stop = new AbortController();
  readonly #leave: () => void;
  readonly #running: Promise<void>;
  #breakersChanged = false;

  constructor(parts: FeedParts) {
    this.#parts = parts;
    this.#leave = parts.live.listen({
      breakersChanged: () => this.#tellBreakers(),
      sagaChanged: (saga) => {
        if (this.#clients.size > 0) this.#changedSagas.set(saga.id, saga);
      },
      happened: (entry) => this.#send({ event: 'happened', data: recordOf(entry) }),
    });
    this.#running = this.#run();
  }

  get clients(): number {
    return this.#clients.size;
  }

  join(client: StreamClient): () => void {
    const { live, stats } = this.#parts;
    client.send({ event: 'red', data: live.red.snapshot(RED_WINDOW_MS) });
    client.send({ event: 'breakers', data: { breakers: live.breakers.current() } });
    client.send({ event: 'sagas', data: { counts: live.sagas.counts(), changed: [] } });
    client.send({ event: 'stats', data: stats() });
    this.#clients.add(client);
    return () => this.#clients.delete(client);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leave();
    this.#stop.abort();
    await this.#running;
    for (const client of this.#clients) client.close();
    this.#clients.clear();
  }

  #send(event: CollectorStreamEvent): void {
    for (const client of this.#clients) client.send(event);
  }

  /** At once, but one message for all changes of one request. */
  #tellBreakers(): void {
    if (this.#breakersChanged || this.#clients.size === 0) return;
    this.#breakersChanged = true;
    setImmediate(() => {
      this.#breakersChanged = false;
      const breakers = this.#parts.live.breakers.current();
      this.#send({ event: 'breakers', data: { breakers } });
    });
  }

  #tellSagas(): void {
    if (this.#changedSagas.size === 0) return;
    const changed = [...this.#changedSagas.values()];
    this.#changedSagas.clear();
    this.#send({ event: 'sagas', data: { counts: this.#parts.live.sagas.counts(), changed } });
  }

  async #run(): Promise<void> {
    const { clock, live, stats, drops } = this.#parts;
    let redAt = 0;
    let statsAt = 0;
    let knownDrops = drops();
    while (!this.#stop.signal.aborted) {
      await clock.sleep(TICK_MS, this.#stop.signal).catch(() => undefined);
      if (this.#stop.signal.aborted || this.#clients.size === 0) continue;
      const now = clock.monotonicMs();
      this.#tellSagas();
      // Half a tick early rather than a whole one late.
      if (now - redAt >= RED_EVERY_MS - TICK_MS / 2) {
        redAt = now;
        this.#send({ event: 'red', data: live.red.snapshot(RED_WINDOW_MS) });
      }
      const news = drops() !== knownDrops && now - statsAt >= DROP_NEWS_EVERY_MS;
      if (news || now - statsAt >= STATS_EVERY_MS - TICK_MS / 2) {
        statsAt = now;
        knownDrops = drops();
        this.#send({ event: 'stats', data: stats() });
        for (const client of this.#clients) client.heartbeat();
      }
    }
  }
}

function recordOf(entry: LogEntry): Extract<CollectorStreamEvent, { event: 'happened' }>['data'] {
  const { seq, correlationId: _, sagaId: __, sizeBytes: ___, ...record } = entry;
  return { id: String(seq), ...record };
}
