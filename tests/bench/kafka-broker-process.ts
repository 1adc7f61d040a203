import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { startKafka } from '../real-parts/kafka.ts';

/** A broker under load, as a process of its own. */
export interface MeasuredBroker extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  /** From the start of its process until it was ready, ms. */
  readonly readyMs: number;
}

/** What the process runtime gives every Node process of the lab. */
const COMPILE_CACHE = join(tmpdir(), 'faultline-bench-compile-cache');
const FLEET_ENVIRONMENT = { MALLOC_ARENA_MAX: '2', NODE_COMPILE_CACHE: COMPILE_CACHE };
const FLEET_FLAGS = ['--max-semi-space-size=1', '--max-old-space-size=192', '--v8-pool-size=1'];
const TOPICS = ['t', 'latency'];
/** What `kafka-server-start.sh` and `kafka-run-class.sh` give a broker. */
const KAFKA_JVM = [
  ...['-server', '-Xmx1G', '-Xms1G', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'],
  ...['-XX:InitiatingHeapOccupancyPercent=35', '-XX:+ExplicitGCInvokesConcurrent'],
];
const TICKS_PER_SECOND = 100;

/** The stand-in as the fleet starts it; ready is its own log line. */
export async function startStandIn(root: string): Promise<MeasuredBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-bench-broker-'));
  const main = join(root, 'docker/stand-ins/kafka-broker/src/main.ts');
  const startedMs = performance.now();
  const topics = TOPICS.flatMap((topic) => ['--topic', topic]);
  const args = [...FLEET_FLAGS, main, '--port', '0', '--data-dir', folder, ...topics];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...FLEET_ENVIRONMENT },
  });
  process.once('exit', () => child.kill('SIGKILL'));
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the broker ended with ${code}`)));
    createInterface(child.stdout).on('line', (text) => {
      const line = JSON.parse(text) as { msg: string; port: number };
      if (line.msg === 'ready') resolve(line.port);
    });
  });
  const readyMs = performance.now() - startedMs;
  return {
    port,
    pid: child.pid ?? NaN,
    readyMs,
    async [Symbol.asyncDispose]() {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Apache Kafka with the settings of its own start script. */
export async function startPeer(): Promise<MeasuredBroker> {
  const kafka = await startKafka({ jvm: KAFKA_JVM });
  const brokers = [`127.0.0.1:${kafka.port}`];
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({
    topics: TOPICS.map((topic) => ({ topic, numPartitions: 1 })),
    waitForLeaders: true,
  });
  await admin.disconnect();
  return kafka;
}

/** Puts load on a broker from another process; see kafka-broker-load.ts. */
export async function load<T>(
  broker: MeasuredBroker,
  kind: 'frames' | 'kafkajs' | 'latency',
  batchSize: number,
  durationMs: number,
): Promise<T> {
  const topic = kind === 'latency' ? 'latency' : 't';
  const program = join(import.meta.dirname, 'kafka-broker-load.ts');
  const args = [program, String(broker.port), topic, kind, String(batchSize), String(durationMs)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as T;
}

/** Memory that is resident, MB. */
export function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024;
}

/** Processor time that a process has used on all cores, s. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in brackets, may hold spaces: utime and stime are the 12th and 13th after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
