import type { PlannedInstance } from '../plan/model.ts';

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

/** What happens to running parts. */
export type RuntimeEvent =
  { kind: 'ready'; id: string } | { kind: 'exited'; id: string; reason: string };

/**
 * Executes plans. `process` runs child processes; a container runtime starts images with the same
 * environment; one for a cluster must fit too. Signals act at once, their effect is an event.
 */
export interface Runtime {
  readonly kind: 'process' | 'docker';
  running(): Promise<RunningInstance[]>;
  fingerprint(instance: PlannedInstance): string;
  /** Resolves when it is started, not when it is ready. */
  start(instance: PlannedInstance): Promise<RunningInstance>;
  /** Rejects if the instance does not run. */
  signal(id: string, what: RuntimeSignal): Promise<void>;
  logs(id: string, lines: number): Promise<string[]>;
  subscribe(listener: (event: RuntimeEvent) => void): () => void;
}

/** `terminate` asks, `kill` does not; `pause` freezes the whole instance with its sockets open. */
export type RuntimeSignal = 'terminate' | 'kill' | 'pause' | 'resume';
