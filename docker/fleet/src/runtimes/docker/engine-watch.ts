import type { Clock } from '@faultline/chassis/core';
import type { EngineState } from '../../contract.ts';
import type { RuntimeEvent } from '../runtime.ts';
import { listContainers, type LabContainer } from './container-list.ts';
import { EVENT_FILTERS, readEvents, type ContainerEvent } from './engine-events.ts';
import type { Engine, EngineDoor } from './engine.ts';
import { describeEngineError } from './engine-problem.ts';
import { describeExit } from './exit-reason.ts';
import { ofLab } from './names.ts';

/**
 * Follows what happens to the containers of a lab: by the engine's events, and by a new list
 * whenever the engine was away.
 */
export interface EngineWatch extends AsyncDisposable {
  /** Begins, and resolves once events come. Does nothing when it has begun. */
  open(): Promise<void>;
  /** Null while it has not begun. */
  readonly state: EngineState | null;
  /** Tells the state once more, to whoever listens only now. */
  tellState(): void;
  subscribe(listener: (event: RuntimeEvent) => void): () => void;
  /** A container is about to be started: its end is news even if its start was not seen. */
  expect(id: string, container: string): void;
  /** It was not started after all. */
  unexpect(id: string): void;
  /** It runs already: tells so, as if it had been started now. */
  found(id: string, container: string): void;
  /** An instance's end is taken for granted: the engine that could tell is away. */
  assumeEnded(id: string, reason: string): void;
  close(): Promise<void>;
}

/** What a watch works with. */
export interface WatchSurroundings {
  door: EngineDoor;
  lab: string;
  clock: Clock;
}

const RETRY_MS = 1000;
const PING_INTERVAL_MS = 5000;
/** Exit code of a container that got SIGKILL, from the fleet or for want of memory. */
const KILLED = 137;

/** Creates a watch that has not begun. */
export function createEngineWatch(around: WatchSurroundings): EngineWatch {
  return new Watch(around);
}

class Watch implements EngineWatch {
  readonly #around: WatchSurroundings;
  readonly #listeners = new Set<(event: RuntimeEvent) => void>();
  /** Instances that run, as far as is known. */
  readonly #running = new Map<string, { container: string; startedAt: number }>();
  #state: EngineState | null = null;
  #loop: { ended: Promise<void>; abort: AbortController; begun: Promise<void> } | null = null;

  constructor(around: WatchSurroundings) {
    this.#around = around;
  }

  get state(): EngineState | null {
    return this.#state;
  }

  open(): Promise<void> {
    if (!this.#loop) {
      const abort = new AbortController();
      const begun = Promise.withResolvers<void>();
      const ended = this.#follow(abort.signal, begun.resolve);
      this.#loop = { abort, ended, begun: Promise.race([begun.promise, ended]) };
    }
    return this.#loop.begun;
  }

  tellState(): void {
    if (this.#state) this.#emit({ kind: 'engine', engine: this.#state });
  }

  subscribe(listener: (event: RuntimeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  expect(id: string, container: string): void {
    this.#running.set(id, { container, startedAt: 0 });
  }

  unexpect(id: string): void {
    this.#running.delete(id);
  }

  found(id: string, container: string): void {
    if (!this.#running.has(id)) this.expect(id, container);
    this.#emit({ kind: 'ready', id });
  }

  assumeEnded(id: string, reason: string): void {
    if (this.#running.delete(id)) this.#emit({ kind: 'exited', id, reason });
  }

  async close(): Promise<void> {
    const loop = this.#loop;
    this.#loop = null;
    loop?.abort.abort();
    await loop?.ended;
    this.#running.clear();
    this.#state = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    this.#listeners.clear();
  }

  async #follow(signal: AbortSignal, begun: () => void): Promise<void> {
    const { door, clock } = this.#around;
    while (!signal.aborted) {
      try {
        const engine = await door.open();
        await this.#followOne(engine, signal, begun);
      } catch (error) {
        if (!signal.aborted) this.#lost(error);
        await clock.sleep(RETRY_MS, signal).catch(() => undefined);
      }
      door.forget();
    }
  }

  /** Until this connection to the engine ends. A stream that ends is tried again at once. */
  async #followOne(engine: Engine, signal: AbortSignal, begun: () => void): Promise<void> {
    using cut = linkedAbort(signal);
    const abortSignal = cut.controller.signal;
    const filters = { ...EVENT_FILTERS, ...ofLab(this.#around.lab) };
    const stream = await engine.streams.getEvents({ filters, abortSignal });
    // What happens while the list is made waits in the stream.
    await this.#compare(engine);
    this.#become({ state: 'connected', since: this.#around.clock.now(), detail: '' });
    begun();
    const pulse = this.#feelPulse(engine, cut.controller);
    try {
      for await (const event of readEvents(stream)) await this.#take(engine, event);
    } finally {
      cut.controller.abort();
    }
    const failure = await pulse;
    if (failure !== null && !signal.aborted) throw failure;
  }

  /** A stream says nothing either way when the engine hangs. */
  async #feelPulse(engine: Engine, cut: AbortController): Promise<Error | null> {
    for (;;) {
      try {
        await this.#around.clock.sleep(PING_INTERVAL_MS, cut.signal);
      } catch {
        return null;
      }
      try {
        await engine.ping();
      } catch (error) {
        cut.abort();
        return error as Error;
      }
    }
  }

  async #compare(engine: Engine): Promise<void> {
    const containers = await listContainers(engine.calls, this.#around.lab);
    const now = new Map(containers.map((container) => [container.id, container]));
    for (const [id, known] of [...this.#running]) {
      const container = now.get(id);
      if (container && isSameRun(container, known)) continue;
      this.#running.delete(id);
      this.#emit({ kind: 'exited', id, reason: 'ended while the engine was away' });
    }
    for (const { id, container, startedAt, running } of containers) {
      if (!running || this.#running.has(id)) continue;
      this.#running.set(id, { container, startedAt });
      this.#emit({ kind: 'ready', id });
    }
  }

  async #take(engine: Engine, event: ContainerEvent): Promise<void> {
    const { id, container, at } = event;
    if (event.what === 'start') {
      this.#running.set(id, { container, startedAt: at });
      this.#emit({ kind: 'ready', id });
      return;
    }
    const known = this.#running.get(id);
    // Another container of that name, or an earlier run of this one.
    if (known?.container !== container || at < known.startedAt) return;
    const outOfMemory =
      event.exitCode === KILLED && (await wasOutOfMemory(engine, container).catch(() => false));
    this.#running.delete(id);
    this.#emit({ kind: 'exited', id, reason: describeExit(event.exitCode, outOfMemory) });
  }

  /** Connections break before it shows why nothing answers: a later reason replaces the first. */
  #lost(error: unknown): void {
    const detail = describeEngineError(error, this.#around.door.address);
    const since = this.#state?.state === 'lost' ? this.#state.since : this.#around.clock.now();
    this.#become({ state: 'lost', since, detail });
  }

  #become(engine: EngineState): void {
    const { state, detail } = this.#state ?? {};
    if (state === engine.state && detail === engine.detail) return;
    this.#state = engine;
    this.#emit({ kind: 'engine', engine });
  }

  #emit(event: RuntimeEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** A start that was expected and not seen has no time yet. */
function isSameRun(now: LabContainer, known: { container: string; startedAt: number }): boolean {
  const sameStart = known.startedAt === 0 || now.startedAt <= known.startedAt + CLOCK_STEP_MS;
  return now.running && now.container === known.container && sameStart;
}

/** The event of a start is written a moment after the start. */
const CLOCK_STEP_MS = 1000;

async function wasOutOfMemory(engine: Engine, container: string): Promise<boolean> {
  const { State } = await engine.calls
    .getContainer(container)
    .inspect({ abortSignal: AbortSignal.timeout(1000) });
  return State.OOMKilled;
}

function linkedAbort(signal: AbortSignal): Disposable & { controller: AbortController } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  return { controller, [Symbol.dispose]: () => signal.removeEventListener('abort', abort) };
}
