import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock, type Clock } from '@faultline/chassis/core';
import type { ProcessEvent, ProcessHost, ProcessSpec, ProcessStatus } from '../../contract.ts';
import type { BuiltPrograms } from './built-programs.ts';
import { spawnChild, type Child } from './child.ts';
import { createReaper } from './reaper.ts';
import { createTreeMeter, MEMORY_EVERY_MS, type TreeMeter } from './usage.ts';

/** Where a local host keeps what it writes. */
export interface LocalProcessHostOptions {
  /** Logs go to `<dataDir>/logs`. */
  dataDir: string;
  clock?: Clock;
  /** Measures what it runs; one of its own by default. */
  meter?: TreeMeter;
  /** Run in place of their sources. */
  programs?: BuiltPrograms | undefined;
}

/** After SIGTERM a process of a host being disposed has this long, milliseconds. */
const DISPOSE_GRACE_MS = 2500;

/** Runs processes as children of this very process. */
export function createLocalProcessHost(options: LocalProcessHostOptions): ProcessHost {
  return new LocalProcessHost(options);
}

class LocalProcessHost implements ProcessHost {
  readonly #clock: Clock;
  readonly #logDir: string;
  readonly #children = new Map<string, Child>();
  readonly #listeners = new Set<(event: ProcessEvent) => void>();
  readonly #reaper = createReaper();
  readonly #meter: TreeMeter;
  readonly #programs: BuiltPrograms | undefined;
  #disposed = false;

  constructor({ dataDir, clock = systemClock, meter, programs }: LocalProcessHostOptions) {
    this.#programs = programs;
    this.#clock = clock;
    this.#meter = meter ?? createTreeMeter(clock, MEMORY_EVERY_MS);
    this.#logDir = join(dataDir, 'logs');
  }

  async spawn(spec: ProcessSpec): Promise<ProcessStatus> {
    if (this.#disposed) throw new Error('The process host is closed.');
    const former = this.#children.get(spec.id);
    if (former && !former.status.exit) throw new Error(`Process ${spec.id} is already running.`);
    await mkdir(this.#logDir, { recursive: true });
    const child = await spawnChild(spec, {
      logDir: this.#logDir,
      now: () => this.#clock.now(),
      ring: former?.ring,
      programs: this.#programs,
      onReady: (ready) => this.#tell('ready', ready),
      onExit: (ended) => {
        if (ended.status.pid !== null) this.#reaper.forget(ended.status.pid);
        this.#tell('exited', ended);
      },
    });
    this.#children.set(spec.id, child);
    if (child.status.pid !== null) this.#reaper.watch(child.status.pid);
    this.#tell('spawned', child);
    return { ...child.status };
  }

  async signal(id: string, signal: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    const child = this.#children.get(id);
    if (!child || child.status.exit) throw new Error(`Process ${id} is not running.`);
    // A stopped process would keep its SIGTERM waiting.
    if (signal === 'SIGTERM' && child.status.paused) child.process.kill('SIGCONT');
    child.process.kill(signal);
    if (signal === 'SIGSTOP') child.status.paused = true;
    if (signal === 'SIGCONT' || signal === 'SIGTERM') child.status.paused = false;
  }

  async list(): Promise<ProcessStatus[]> {
    return [...this.#children.values()].map((child) => ({ ...child.status }));
  }

  async logs(id: string, lines: number): Promise<string[]> {
    return this.#children.get(id)?.ring.tail(lines) ?? [];
  }

  subscribe(listener: (event: ProcessEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async usage(): Promise<{ id: string; memoryBytes: number; cpuSeconds: number }[]> {
    const running = this.#running();
    const trees = await this.#meter.measure(running.map((child) => child.status.pid ?? 0));
    return running.flatMap((child) => {
      const tree = trees.get(child.status.pid ?? 0);
      return tree ? { id: child.status.spec.id, ...tree } : [];
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    const running = this.#running();
    for (const child of running) {
      child.process.kill('SIGCONT');
      child.process.kill('SIGTERM');
    }
    const all = Promise.all(running.map((child) => child.ended));
    const impatience = new AbortController();
    await Promise.race([
      all,
      this.#clock.sleep(DISPOSE_GRACE_MS, impatience.signal).catch(() => undefined),
    ]);
    impatience.abort();
    for (const child of this.#running()) child.process.kill('SIGKILL');
    await all;
    this.#reaper.dismiss();
  }

  #running(): Child[] {
    return [...this.#children.values()].filter((child) => !child.status.exit);
  }

  #tell(kind: ProcessEvent['kind'], child: Child): void {
    for (const listener of this.#listeners) listener({ kind, process: { ...child.status } });
  }
}
