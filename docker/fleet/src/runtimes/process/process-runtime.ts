import { join } from 'node:path';
import type { ProcessHost, ProcessSpec, ProcessStatus } from '../../contract.ts';
import type { PlannedInstance } from '../../plan/model.ts';
import type { Runtime, RuntimeSignal } from '../runtime.ts';

/** How planned instances become processes. */
export interface ProcessRuntimeOptions {
  host: ProcessHost;
  /** Absolute path of the repository: entry points are relative to it. */
  root: string;
  /** Whether a process of the host belongs to the fleet; others are left alone. */
  owns: (id: string) => boolean;
  /** The Node.js that runs them. Default: the one that runs this. */
  nodePath?: string;
}

const SIGNALS = {
  terminate: 'SIGTERM',
  kill: 'SIGKILL',
  pause: 'SIGSTOP',
  resume: 'SIGCONT',
} as const satisfies Record<RuntimeSignal, string>;

/**
 * Memory before speed: thirteen services and more share one small machine, and none of them holds
 * much. The young generation is what V8 grows first under load.
 */
const NODE_FLAGS = ['--max-semi-space-size=2', '--max-old-space-size=192'];

/** Runs each instance as an operating-system process on a {@link ProcessHost}. */
export function createProcessRuntime(options: ProcessRuntimeOptions): Runtime {
  const { host, root, owns, nodePath = process.execPath } = options;
  const specOf = (instance: PlannedInstance): ProcessSpec => ({
    id: instance.id,
    command: [nodePath, ...NODE_FLAGS, join(root, instance.entry), ...instance.args],
    cwd: root,
    env: instance.env,
  });

  return {
    kind: 'process',
    fingerprint: (instance) => fingerprintOf(specOf(instance)),
    async running() {
      const statuses = await host.list();
      return statuses.filter((status) => !status.exit && owns(status.spec.id)).map(describe);
    },
    async start(instance) {
      return describe(await host.spawn(specOf(instance)));
    },
    signal: (id, what) => host.signal(id, SIGNALS[what]),
    logs: (id, lines) => host.logs(id, lines),
    subscribe: (listener) =>
      host.subscribe(({ kind, process: status }) => {
        const { id } = status.spec;
        if (kind === 'ready') listener({ kind: 'ready', id });
        if (kind === 'exited') listener({ kind: 'exited', id, reason: reasonOf(status) });
      }),
  };
}

function describe(status: ProcessStatus) {
  return {
    id: status.spec.id,
    fingerprint: fingerprintOf(status.spec),
    pid: status.pid,
    startedAt: status.startedAt,
    paused: status.paused,
    ready: status.ready !== null,
  };
}

function fingerprintOf({ command, env }: ProcessSpec): string {
  return JSON.stringify([command, Object.entries(env).sort()]);
}

function reasonOf({ exit }: ProcessStatus): string {
  if (exit?.signal) return `ended by ${exit.signal}`;
  return `exited with code ${exit?.code ?? 'unknown'}`;
}
