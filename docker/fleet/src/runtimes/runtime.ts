import type { EngineState, RuntimeKind, RuntimeReport } from '../contract.ts';
import type { PlannedInstance } from '../plan/model.ts';
import type { Placement } from '../plan/placement.ts';

/** A running part as its runtime sees it. */
export interface RunningInstance {
  id: string;
  /** Equal for equal plans: an instance with another fingerprint must be replaced. */
  fingerprint: string;
  pid: number | null;
  startedAt: number;
  paused: boolean;
  /** Whether it said that it is up. */
  ready: boolean;
}

/** What happens to running parts, and to the engine that runs them. */
export type RuntimeEvent =
  | { kind: 'ready'; id: string }
  | { kind: 'exited'; id: string; reason: string }
  | { kind: 'engine'; engine: EngineState };

/** What a preparation can be followed and stopped by. */
export interface Preparation {
  /** One line of the launch's progress, for parts that are no instances: `images`, `network`. */
  report: (part: string, state: 'starting' | 'ready' | 'failed', detail: string) => void;
  signal: AbortSignal;
}

/** Memory in bytes and CPU time in seconds since the start of one running part. */
export interface InstanceUsage {
  id: string;
  memoryBytes: number;
  cpuSeconds: number;
}

/**
 * Executes plans. `process` runs child processes; `docker` starts containers with the same
 * environment; one for a cluster must fit too. Signals act at once, their effect is an event.
 */
export interface Runtime {
  readonly kind: RuntimeKind;
  /** Longest time between start and readiness of an instance, milliseconds. */
  readonly startLimitMs: number;
  /** Whether it can be used here and now, and what a launch would need. Never rejects. */
  inspect(): Promise<RuntimeReport>;
  /**
   * Readies what instances stand on (images, a network), tells where parts find each other.
   * Idempotent: a restarted control plane finds what is there.
   *
   * @throws LaunchError with cause and way out
   */
  prepare(preparation: Preparation): Promise<Placement>;
  /** Parts that run, also those of a former control plane. Works before `prepare`. */
  running(): Promise<RunningInstance[]>;
  fingerprint(instance: PlannedInstance): string;
  /** Resolves when it is started, not when it is ready. */
  start(instance: PlannedInstance): Promise<RunningInstance>;
  /**
   * Once an instance is up: brings what it holds to the plan (databases, topics) where the program
   * does not do so itself. Asks until it answers; rejects when `gone` aborts.
   */
  provision(instance: PlannedInstance, gone: AbortSignal): Promise<void>;
  /** Rejects if the instance does not run. */
  signal(id: string, what: RuntimeSignal): Promise<void>;
  logs(id: string, lines: number): Promise<string[]>;
  usage(): Promise<InstanceUsage[]>;
  subscribe(listener: (event: RuntimeEvent) => void): () => void;
  /** After the last instance has ended: removes what `prepare` made. Idempotent. */
  release(): Promise<void>;
  /** The control plane leaves; what runs goes on. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** `terminate` asks, `kill` does not; `pause` freezes the whole instance with its sockets open. */
export type RuntimeSignal = 'terminate' | 'kill' | 'pause' | 'resume';
