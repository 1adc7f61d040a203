import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { redSnapshotSchema, tracePageSchema } from '@faultline/collector/contract';
import { fleetSchema, type FleetView } from '@faultline/server/contract';
import type { ZodType } from 'zod';
import { freePort } from '../lab/free-port.ts';
import { processesThatName } from '../lab/lab.ts';
import { until } from '../lab/wait.ts';
import { endChild } from './end-children.ts';
import type { BenchContext } from './row.ts';

const LONGEST_START_MS = 120_000;
/** A build of the console is part of the first start, which nobody times. */
const LONGEST_BUILD_MS = 400_000;
const LOOK_MS = 50;
/** A process that lives on for so long after the lab's end is left behind; reapers need up to 3 s. */
const LEFT_MS = 5000;

/** A whole lab with a folder of its own, as `npm start` runs it, timed from its first moment. */
export interface LabProcess extends AsyncDisposable {
  readonly url: string;
  /** Root of its processes. */
  readonly pid: number;
  /** Seconds from the start until the console answers. */
  untilConsole(): Promise<number>;
  /** Seconds from the start until every part is ready, and how many parts that are. */
  untilReady(): Promise<{ seconds: number; parts: number }>;
  /** Seconds from the start until a trace and a RED point can be seen. */
  untilVisible(): Promise<number>;
  /** Ends it as Ctrl-C does; the seconds that took, and how many processes are left 5 s later. */
  end(): Promise<{ seconds: number; left: number }>;
  get<T>(path: string, schema: ZodType<T>): Promise<T>;
}

/** Starts a lab. @param options as `npm start -- --help` tells them */
export async function startLabProcess(
  { root, workDir }: BenchContext,
  options: readonly string[] = [],
): Promise<LabProcess> {
  const dataDir = await mkdtemp(join(workDir, 'lab-'));
  const port = await freePort();
  const bootstrap = join(root, 'console/server/bin/bootstrap.mjs');
  const beganAt = performance.now();
  const child = spawn(
    process.execPath,
    [bootstrap, 'start', '--port', String(port), '--data-dir', dataDir, ...options],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  return new TimedLab(`http://127.0.0.1:${port}`, child, dataDir, beganAt);
}

class TimedLab implements LabProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #dataDir: string;
  readonly #beganAt: number;
  #output = '';

  constructor(url: string, child: ChildProcess, dataDir: string, beganAt: number) {
    this.url = url;
    this.#child = child;
    this.#dataDir = dataDir;
    this.#beganAt = beganAt;
    const keep = (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-8000));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  untilConsole(): Promise<number> {
    const answers = async () => (await fetch(this.url, this.#briefly())).ok;
    return this.#timed('an answer of the console', answers, LONGEST_BUILD_MS);
  }

  async untilReady(): Promise<{ seconds: number; parts: number }> {
    let fleet: FleetView | undefined;
    const seconds = await this.#timed('a ready fleet', async () => {
      fleet = await this.get('/api/fleet', fleetSchema);
      return fleet.state === 'ready';
    });
    const instances = [...(fleet?.services ?? []), ...(fleet?.resources ?? [])].flatMap(
      (part) => part.instances,
    );
    return { seconds, parts: instances.length };
  }

  async untilVisible(): Promise<number> {
    return Math.max(
      ...(await Promise.all([
        this.#timed('a trace', async () => {
          const { traces } = await this.get('/api/traces?limit=1', tracePageSchema);
          return traces.length > 0;
        }),
        this.#timed('a RED point', async () => {
          const { services } = await this.get('/api/red?window=10s', redSnapshotSchema);
          return services.some(({ count }) => count > 0);
        }),
      ])),
    );
  }

  async end(): Promise<{ seconds: number; left: number }> {
    const beganAt = performance.now();
    await endChild(this.#child, 'SIGINT');
    const seconds = (performance.now() - beganAt) / 1000;
    // One that was told to end may be a moment behind its parent: that is not left behind.
    const giveUpAt = performance.now() + LEFT_MS;
    const left = () => processesThatName(this.#dataDir);
    while (left().length > 0 && performance.now() < giveUpAt) await sleep(LOOK_MS);
    return { seconds, left: left().length };
  }

  async get<T>(path: string, schema: ZodType<T>): Promise<T> {
    const response = await fetch(this.url + path, this.#briefly());
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return schema.parse(await response.json());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endChild(this.#child);
  }

  #briefly() {
    return { signal: AbortSignal.timeout(5000) };
  }

  async #timed(what: string, probe: () => Promise<boolean>, timeoutMs = LONGEST_START_MS) {
    try {
      await until(what, () => this.#ended || probe(), { timeoutMs, pauseMs: LOOK_MS });
      if (this.#ended) throw new Error('the lab ended by itself');
    } catch (cause) {
      throw new Error(`${what}: not seen; the lab said:\n${this.#output}`, { cause });
    }
    return (performance.now() - this.#beganAt) / 1000;
  }

  get #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
