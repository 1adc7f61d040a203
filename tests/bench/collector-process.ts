import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { collectorStatsSchema, type CollectorStats } from '@faultline/collector/contract';
import { Pool } from 'undici';
import { until } from '../lab/wait.ts';
import { endChild } from './end-children.ts';
import { createOtlpRequest, SPANS_PER_REQUEST } from './otlp-load.ts';
import type { BenchContext } from './row.ts';

/** As docs/reference/collector.md advises: V8 collects garbage late when it may take gigabytes. */
const HEAP = ['--max-semi-space-size=8', '--max-old-space-size=256'];
const IN_FLIGHT = 4;
const DRAIN_TIMEOUT_MS = 120_000;

/** A collector in a process and a folder of its own. */
export interface CollectorProcess extends AsyncDisposable {
  /** Answers JSON, or throws. */
  get(path: string): Promise<unknown>;
  /** Waits until everything received is stored or counted as dropped. */
  drained(): Promise<CollectorStats>;
  usage(): Promise<CollectorUsage>;
  /**
   * Sends OTLP over HTTP for so many seconds, four requests at a time.
   *
   * @param spansPerS at most; by default as fast as the collector answers
   * @returns spans sent
   */
  ingest(seconds: number, spansPerS?: number): Promise<number>;
}

/** CPU time since the start; resident memory now and at its highest. */
export interface CollectorUsage {
  cpuS: number;
  residentMb: number;
  peakMb: number;
}

/** Starts a collector and waits until it is ready. */
export async function startCollector({ root, workDir }: BenchContext): Promise<CollectorProcess> {
  const dataDir = await mkdtemp(join(workDir, 'collector-'));
  const main = join(root, 'collector/src/main.ts');
  const args = [...HEAP, main, '--http-port', '0', '--grpc-port', '0', '--data-dir', dataDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as { msg: string; httpPort: number };
    if (said.msg !== 'ready') continue;
    child.stdout.resume();
    return create(`http://127.0.0.1:${said.httpPort}`, child);
  }
  throw new Error('the collector ended before it was ready');
}

function create(url: string, child: ChildProcess): CollectorProcess {
  async function get(path: string): Promise<unknown> {
    const response = await fetch(url + path);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
  return {
    get,
    drained: () =>
      until(
        'a drained collector',
        async () => {
          const stats = collectorStatsSchema.parse(await get('/api/stats'));
          const { received, stored, dropped } = stats.spans;
          const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
          return stored + lost >= received && stats;
        },
        { timeoutMs: DRAIN_TIMEOUT_MS },
      ),
    usage: () => usageOf(child.pid ?? 0),
    ingest: (seconds, spansPerS = Infinity) => ingest(url, seconds, spansPerS),
    [Symbol.asyncDispose]: () => endChild(child),
  };
}

async function ingest(url: string, seconds: number, spansPerS: number): Promise<number> {
  const pool = new Pool(url, { connections: IN_FLIGHT });
  const beganAt = performance.now();
  let sent = 0;
  const send = async (): Promise<void> => {
    while (performance.now() - beganAt < seconds * 1000) {
      const dueMs = (sent / spansPerS) * 1000 - (performance.now() - beganAt);
      if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs));
      sent += SPANS_PER_REQUEST;
      const { statusCode, body } = await pool.request({
        path: '/v1/traces',
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: createOtlpRequest(),
      });
      await body.dump();
      if (statusCode !== 200) throw new Error(`status: 200, received ${statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, send));
  await pool.close();
  return sent;
}

/** proc(5): utime and stime are fields 14 and 15, in ticks of 1/100 s; field 3 follows the name. */
async function usageOf(pid: number): Promise<CollectorUsage> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const mb = (name: string) =>
    (Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) * 1024) / 1e6;
  return {
    cpuS: (Number(fields[11]) + Number(fields[12])) / 100,
    residentMb: mb('VmRSS'),
    peakMb: mb('VmHWM'),
  };
}
