import type { Clock } from '@faultline/chassis/core';
import type { FleetEvent, InstanceStatus } from '../contract.ts';
import type { PlannedInstance } from '../plan/model.ts';
import type { RunningInstance, Runtime } from '../runtimes/runtime.ts';
import { createBackoff } from './backoff.ts';
import { findLastWords } from './last-words.ts';
import { nextLife, type Life, type LifeEvent } from './life.ts';

/** What happened to an instance, for the event stream. */
export type LifecycleWhat = Extract<FleetEvent, { kind: 'lifecycle' }>['what'];

/** What an instance needs from the fleet. */
export interface InstanceSurroundings {
  runtime: Runtime;
  clock: Clock;
  /** The plan at the moment of a start: ports may have moved since the last one. */
  plan: () => Promise<PlannedInstance>;
  /** After the ready line, before anybody is told: resolves when the instance can be used. */
  settle: (instance: PlannedInstance, gone: AbortSignal) => Promise<void>;
  /** Something in `status()` or `healthy` is different. */
  changed: () => void;
  happened: (what: LifecycleWhat, detail: string) => void;
}

/** Crashes in a row, before it was ever ready, after which a start is given up. */
const ATTEMPTS = 3;

/**
 * Keeps one instance as it should be: up (crashes are restarted with backoff) or down. One at a
 * time of: its owner's calls, the runtime's events.
 */
export class Instance {
  readonly id: string;
  readonly part: string;
  readonly #around: InstanceSurroundings;
  readonly #backoff = createBackoff();
  #life: Life = { state: 'stopped' };
  #wanted: 'up' | 'down' = 'down';
  #suspended = false;
  #draining = false;
  #restarts = 0;
  #running: RunningInstance | null = null;
  #port: number;
  /** Aborted when the present process is gone. */
  #gone = new AbortController();
  /** Aborts a restart that waits for its time. */
  #pendingRestart: AbortController | null = null;
  #readyLine = Promise.withResolvers<void>();
  /** Why the fleet itself ends the present process, if it does. */
  #endReason: string | null = null;
  readonly #watchers = new Set<() => void>();

  constructor(planned: PlannedInstance, around: InstanceSurroundings) {
    this.id = planned.id;
    this.part = planned.part;
    this.#port = planned.port;
    this.#around = around;
  }

  status(): InstanceStatus {
    const life = this.#life;
    return {
      id: this.id,
      state: life.state,
      restarts: this.#restarts,
      startedAt: this.#running?.startedAt ?? null,
      pid: this.isRunning ? (this.#running?.pid ?? null) : null,
      port: this.#port,
      detail: 'detail' in life ? life.detail : life.state === 'ready' ? null : life.state,
    };
  }

  get state(): Life['state'] {
    return this.#life.state;
  }

  get isRunning(): boolean {
    return ['starting', 'ready', 'paused'].includes(this.#life.state);
  }

  /** Whether it is as it should be. An instance that a person stopped is. */
  get isAsWanted(): boolean {
    return this.#wanted === 'down' || this.#life.state === 'ready';
  }

  /**
   * Whether callers should prefer it. A paused one is not told apart: from outside a hang cannot
   * be seen but by calling.
   */
  get isHealthy(): boolean {
    return !this.#draining && (this.#life.state === 'ready' || this.#life.state === 'paused');
  }

  /** Starts it, or keeps it starting; resolves when ready, rejects when it cannot become so. */
  async start(signal?: AbortSignal): Promise<void> {
    this.#wanted = 'up';
    this.#draining = false;
    this.#backoff.reset();
    if (!this.isRunning && !this.#pendingRestart) void this.#attempt();
    await this.#untilReady(signal);
  }

  /** Takes over a process that a former control plane started. */
  async adopt(
    running: RunningInstance,
    planned: PlannedInstance,
    signal: AbortSignal,
  ): Promise<void> {
    this.#wanted = 'up';
    this.#become({ kind: 'spawned' });
    this.#running = running;
    this.#port = planned.port;
    this.#renewPromises();
    if (running.paused) await this.#around.runtime.signal(this.id, 'resume');
    if (running.ready) this.#readyLine.resolve();
    void this.#settleWhenUp(planned);
    await this.#untilReady(signal);
  }

  /** Tells its callers, asks it to end and waits; kills it after `graceMs`. It stays down. */
  async stop(graceMs: number): Promise<void> {
    this.#wanted = 'down';
    this.#cancelRestart();
    if (this.#life.state === 'crashed') this.#life = { state: 'stopped' };
    this.#draining = true;
    this.#notify();
    if (!this.isRunning) return;
    const patience = new AbortController();
    await this.#signal('terminate');
    void this.#around.clock.sleep(graceMs, patience.signal).then(
      () => this.#signal('kill'),
      () => undefined,
    );
    await this.#until(() => !this.isRunning);
    patience.abort();
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    // Of this life: it may be up again before a slow runtime has answered.
    const gone = this.#gone.signal;
    this.#around.happened('killed', 'SIGKILL');
    await this.#signal('kill');
    await this.#until(() => gone.aborted || !this.isRunning);
  }

  async pause(): Promise<void> {
    await this.#around.runtime.signal(this.id, 'pause');
    this.#become({ kind: 'was-paused' });
    this.#around.happened('paused', 'SIGSTOP');
  }

  async resume(): Promise<void> {
    await this.#around.runtime.signal(this.id, 'resume');
    this.#become({ kind: 'was-resumed' });
    this.#around.happened('resumed', 'SIGCONT');
  }

  /** Counts a restart that a person asked for. */
  countRestart(): void {
    this.#restarts += 1;
  }

  /** A crash is lasting from now on: no restart by itself. */
  suspendRestart(): void {
    this.#suspended = true;
    this.#cancelRestart();
  }

  /** Restarts by itself again; if it is down from a crash, at once. */
  release(): void {
    if (!this.#suspended) return;
    this.#suspended = false;
    if (this.#life.state === 'crashed' && this.#wanted === 'up') this.#scheduleRestart(0);
  }

  /** The runtime saw the ready line. */
  saidReady(): void {
    this.#readyLine.resolve();
  }

  /** The runtime saw the process end. */
  exited(exitReason: string): void {
    if (!this.isRunning) return;
    const reason = this.#endReason ?? exitReason;
    const asked = this.#wanted === 'down';
    this.#become({ kind: 'exited', at: this.#around.clock.monotonicMs(), reason, asked });
    this.#gone.abort();
    this.#around.happened(asked ? 'stopped' : 'crashed', reason);
    if (this.#life.state !== 'crashed' || this.#suspended) return;
    this.#scheduleRestart(this.#backoff.next(this.#life.upMs));
  }

  async #attempt(): Promise<void> {
    this.#become({ kind: 'spawned' });
    this.#renewPromises();
    try {
      const planned = await this.#around.plan();
      this.#port = planned.port;
      this.#running = await this.#around.runtime.start(planned);
      this.#around.happened('started', `pid ${this.#running.pid ?? 'unknown'}`);
      this.#notify();
      // A stop that came while the process was being made found nothing to signal.
      if (this.#wanted === 'down') await this.#signal('terminate');
      await this.#settleWhenUp(planned);
    } catch (error) {
      this.exited(`cannot be started: ${(error as Error).message}`);
    }
  }

  async #settleWhenUp(planned: PlannedInstance): Promise<void> {
    const gone = this.#gone.signal;
    const decided = new AbortController();
    const limitMs = this.#around.runtime.startLimitMs;
    const late = this.#around.clock.sleep(limitMs, AbortSignal.any([gone, decided.signal])).then(
      () => `not ready within ${limitMs / 1000} s`,
      () => 'gone',
    );
    const up = this.#readyLine.promise
      .then(() => this.#around.settle(planned, gone))
      .then(
        () => null,
        (error: Error) => error.message,
      );
    const problem = await Promise.race([up, late]);
    decided.abort();
    if (gone.aborted || this.#life.state !== 'starting') return;
    if (problem === null) {
      this.#become({ kind: 'became-ready', at: this.#around.clock.monotonicMs() });
      this.#around.happened('ready', `port ${this.#port}`);
      return;
    }
    this.#endReason = problem;
    await this.#signal('kill');
  }

  #scheduleRestart(delayMs: number): void {
    this.#cancelRestart();
    const pending = new AbortController();
    this.#pendingRestart = pending;
    void this.#around.clock.sleep(delayMs, pending.signal).then(
      () => {
        this.#pendingRestart = null;
        this.#restarts += 1;
        void this.#attempt();
      },
      () => undefined,
    );
  }

  #cancelRestart(): void {
    this.#pendingRestart?.abort();
    this.#pendingRestart = null;
  }

  async #untilReady(signal?: AbortSignal): Promise<void> {
    let crashes = 0;
    let before = this.#life.state;
    await this.#until(() => {
      if (this.#life.state === 'crashed' && before !== 'crashed') crashes += 1;
      before = this.#life.state;
      const givenUp = crashes >= ATTEMPTS || this.#wanted === 'down' || signal?.aborted;
      return givenUp || this.#life.state === 'ready';
    }, signal);
    if (this.#life.state !== 'ready') {
      const { detail } = this.status();
      const words = findLastWords(await this.#around.runtime.logs(this.id, 40).catch(() => []));
      throw new Error(
        [`${this.id} ${detail ?? this.#life.state}`, ...(words ? [words] : [])].join(': '),
      );
    }
  }

  /** Resolves as soon as `condition` holds; looks at every change. */
  #until(condition: () => boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        this.#watchers.delete(look);
        signal?.removeEventListener('abort', look);
        resolve();
      };
      this.#watchers.add(look);
      signal?.addEventListener('abort', look);
      look();
    });
  }

  async #signal(what: 'terminate' | 'kill'): Promise<void> {
    // It may have ended by itself a moment ago; its exit event tells.
    await this.#around.runtime.signal(this.id, what).catch(() => undefined);
  }

  #renewPromises(): void {
    this.#gone = new AbortController();
    this.#endReason = null;
    this.#readyLine = Promise.withResolvers<void>();
  }

  #become(event: LifeEvent): void {
    this.#life = nextLife(this.#life, event);
    this.#notify();
  }

  #notify(): void {
    for (const watcher of [...this.#watchers]) watcher();
    this.#around.changed();
  }
}
