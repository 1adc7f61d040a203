import { systemClock } from '@faultline/chassis/core';
import type { Topology } from '@faultline/topology';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { ProcessHost, ProcessSpec, ProcessStatus, RuntimeReport } from '../../contract.ts';
import { PROXY_PART, type PlannedInstance } from '../../plan/model.ts';
import { steadyEnvironment } from '../../plan/steady-environment.ts';
import { NODE_FLAGS } from '../node-flags.ts';
import type { Runtime, RuntimeSignal } from '../runtime.ts';
import { embeddedProgram } from './embedded.ts';

/** How planned instances become processes. */
export interface ProcessRuntimeOptions {
  host: ProcessHost;
  /** Absolute path of the repository: entry points are relative to it. */
  root: string;
  /** Absolute path; resources keep their data in folders of their names. */
  dataDir: string;
  /** Which processes of the host belong to the fleet; others are left alone. */
  topology: Topology;
  /** Base URL of the registry. */
  registryUrl: string;
  /** OTLP over HTTP, `http://127.0.0.1:4318`. */
  otlpEndpoint: string;
  /** The Node.js that runs them. Default: the one that runs this. */
  nodePath?: string;
}

const SIGNALS = {
  terminate: 'SIGTERM',
  kill: 'SIGKILL',
  pause: 'SIGSTOP',
  resume: 'SIGCONT',
} as const satisfies Record<RuntimeSignal, string>;

/** Longest time between start and readiness, milliseconds. */
const START_LIMIT_MS = 45_000;
/** Measured at 40 requests per second: one service, and everything else together, bytes. */
const SERVICE_BYTES = 75e6;
const REST_BYTES = 600e6;

/** Runs each instance as an operating-system process on a {@link ProcessHost}. */
export function createProcessRuntime(options: ProcessRuntimeOptions): Runtime {
  const { host, root, dataDir, topology, nodePath = process.execPath } = options;
  const parts = [...topology.services, ...topology.resources, { name: PROXY_PART }];
  const names = new Set<string>(parts.map((part) => part.name));
  const owns = (id: string): boolean => names.has(id.replace(/-\d+$/, ''));
  const specOf = (instance: PlannedInstance): ProcessSpec => {
    const { entry, args, env } = embeddedProgram(instance, dataDir);
    const command = [nodePath, ...NODE_FLAGS, join(root, entry), ...args];
    const priority = instance.background ? { background: true } : {};
    return { id: instance.id, command, cwd: root, env, ...priority };
  };

  return {
    kind: 'process',
    startLimitMs: START_LIMIT_MS,
    inspect: () => Promise.resolve(describeMachine(topology)),
    prepare: () =>
      Promise.resolve({
        parts: 'loopback',
        control: 'loopback',
        registryUrl: options.registryUrl,
        otlpEndpoint: options.otlpEndpoint,
      }),
    // The stand-ins make their databases and topics themselves, with what they knew when started.
    async provision({ port, work }, gone) {
      if (work.program !== 'postgres') return;
      const { provisionPostgres } = await import('../provision/postgres.ts');
      const password = work.superuserPassword;
      const access = { host: '127.0.0.1', port, password };
      await provisionPostgres(access, work.databases, systemClock, gone);
    },
    // The host measures all its processes, also those that are not the fleet's.
    usage: () => Promise.resolve([]),
    release: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
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

function describeMachine(topology: Topology): RuntimeReport {
  const instances = topology.services.reduce((sum, { replicas }) => sum + replicas, 0);
  const footprintBytes = instances * SERVICE_BYTES + REST_BYTES;
  const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);
  const warnings: string[] = [];
  if (totalmem() < footprintBytes * 1.5) {
    const needed = `the fleet takes about ${gigabytes(footprintBytes)} GB`;
    warnings.push(`${needed}, this machine has ${gigabytes(totalmem())} GB in all`);
  }
  if (availableParallelism() < 2) warnings.push('with one processor the fleet starts slowly');
  return {
    kind: 'process',
    available: true,
    problem: null,
    warnings,
    engine: null,
    images: [],
    footprintBytes,
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
  return JSON.stringify([command, Object.entries(steadyEnvironment(env)).sort()]);
}

function reasonOf({ exit }: ProcessStatus): string {
  if (exit?.signal) return `ended by ${exit.signal}`;
  return `exited with code ${exit?.code ?? 'unknown'}`;
}
