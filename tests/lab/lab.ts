import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  faultsSchema,
  fleetSchema,
  invariantsSchema,
  type Fault,
  type FleetView,
  type Invariants,
} from '@faultline/server/contract';
import type { ZodType } from 'zod';
import { freePort } from './free-port.ts';
import { until } from './wait.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** A whole lab, started the way a person starts it. */
export interface Lab extends AsyncDisposable {
  readonly url: string;
  readonly supervisor: ChildProcess;
  readonly dataDir: string;
  /** Everything the supervisor printed. */
  output(): string;
  get<T>(path: string, schema: ZodType<T>): Promise<T>;
  send(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  fleet(): Promise<FleetView>;
  breakWith(fault: Record<string, unknown>): Promise<Fault>;
  faults(): Promise<Fault[]>;
  invariants(): Promise<Invariants>;
  /** Stops the load and waits until no saga is unfinished and no event waits in the outbox. */
  settle(): Promise<void>;
  /** Ends the lab with `signal`; resolves with the time it took once the supervisor has exited. */
  end(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<number>;
  /** Processes on this machine that carry the lab's data folder in their command or environment. */
  processes(): number[];
}

/** Requests per second: a load that a slow machine bears, too. Speed is measured by the benches. */
const RPS = 8;

/**
 * Starts a lab on free ports in a folder of its own and waits until its fleet is ready. The
 * environment `FAULTLINE_TEST_RUNTIME` says on which runtime, if not on processes.
 */
export async function startLab(options: readonly string[] = []): Promise<Lab> {
  const dataDir = await mkdtemp(join(tmpdir(), 'faultline-lab-'));
  const port = await freePort();
  const bootstrap = join(ROOT, 'console/server/bin/bootstrap.mjs');
  const runtime = process.env.FAULTLINE_TEST_RUNTIME;
  const where = ['--port', String(port), '--data-dir', dataDir, '--rps', String(RPS)];
  const on = runtime === undefined ? [] : ['--runtime', runtime];
  const args = [bootstrap, 'start', ...where, ...on, ...options];
  const supervisor = spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  supervisor.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  supervisor.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const lab = createLab(`http://127.0.0.1:${port}`, supervisor, dataDir, () => output);
  try {
    await until(
      'a ready fleet',
      async () => {
        if (supervisor.exitCode !== null) throw new Error(`the lab ended:\n${output}`);
        const { state, problem } = await lab.fleet();
        if (problem) throw new Error(problem);
        return state === 'ready';
      },
      { timeoutMs: 120_000, pauseMs: 250 },
    );
  } catch (error) {
    await lab[Symbol.asyncDispose]();
    throw new Error(`the lab did not start; it said:\n${output}`, { cause: error });
  }
  return lab;
}

function createLab(
  url: string,
  supervisor: ChildProcess,
  dataDir: string,
  output: () => string,
): Lab {
  async function send(method: string, path: string, body?: unknown) {
    const response = await fetch(new URL(path, url), {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    };
  }

  const lab: Lab = {
    url,
    supervisor,
    dataDir,
    output,
    send,
    async get(path, schema) {
      const { status, body } = await send('GET', path);
      if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`);
      return schema.parse(body);
    },
    fleet: () => lab.get('/api/fleet', fleetSchema),
    invariants: () => lab.get('/api/invariants', invariantsSchema),
    faults: async () => (await lab.get('/api/faults', faultsSchema)).faults,
    async breakWith(fault) {
      const { status, body } = await send('POST', '/api/faults', fault);
      if (status !== 201) throw new Error(`the fault was refused: ${JSON.stringify(body)}`);
      return body as Fault;
    },
    async settle() {
      await send('PUT', '/api/load', { enabled: false });
      await until(
        'a quiet lab whose invariants hold',
        async () => {
          const answer = await lab.invariants();
          const inFlight = /[1-9]\d* in flight/;
          const quiet = !answer.invariants.some(({ evidence }) => inFlight.test(evidence));
          if (!answer.holds) throw new Error(JSON.stringify(answer, null, 2));
          return quiet;
        },
        { timeoutMs: 90_000, pauseMs: 500 },
      );
    },
    async end(signal) {
      const startedAt = performance.now();
      if (supervisor.exitCode === null && supervisor.signalCode === null) {
        const exited = new Promise((done) => supervisor.once('exit', done));
        supervisor.kill(signal);
        await exited;
      }
      return performance.now() - startedAt;
    },
    processes: () => processesThatName(dataDir),
    async [Symbol.asyncDispose]() {
      await lab.end('SIGTERM');
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
  return lab;
}

/** Process id of the control plane. @throws where it does not run, or there is no /proc */
export function controlPlaneOf(lab: Pick<Lab, 'processes'>): number {
  const pid = lab
    .processes()
    .find((one) => contentOf(`/proc/${one}/cmdline`).includes('console/server/src/main.'));
  if (pid === undefined) throw new Error('the control plane is not running');
  return pid;
}

/** Processes of this machine with `text` in their command or environment; none without /proc. */
export function processesThatName(text: string): number[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) =>
      ['cmdline', 'environ'].some((file) => contentOf(`/proc/${pid}/${file}`).includes(text)),
    )
    .map(Number);
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The process ended between the listing and the reading, or belongs to somebody else.
    return '';
  }
}
