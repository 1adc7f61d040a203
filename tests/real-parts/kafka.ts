import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { freePort } from '../lab/free-port.ts';
import { findKafka, type KafkaPrograms } from './parts.ts';

/** A real Apache Kafka: one node that is broker and controller (KRaft), as a process of its own. */
export interface RealKafka extends AsyncDisposable {
  readonly port: number;
  /** Its process; another one after `restart`. */
  readonly pid: number;
  /** From the start of its process until a client got its first answer, ms. */
  readonly readyMs: number;
  /** Ends it with SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again, on the same data and port, after `kill` or `stop`. */
  restart(): Promise<void>;
  /** Ends it with SIGTERM: it writes everything out first. */
  stop(): Promise<void>;
}

/** What may differ from a small broker for tests. */
export interface RealKafkaOptions {
  /** Lines of `server.properties` that replace or add to the ones here. */
  settings?: Readonly<Record<string, string>>;
  /** Arguments of the Java machine; the default is small and starts fast, not a speedy one. */
  jvm?: readonly string[];
}

const SMALL_JVM = ['-Xms512m', '-Xmx512m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
const MAIN = 'kafka.Kafka';
const STORAGE_TOOL = 'kafka.tools.StorageTool';
const STDERR_KEPT = 4000;

/**
 * Formats a folder of its own and starts Kafka there, on free ports of the loopback address. Nothing
 * is changed about flushing: an acknowledged message is in the page cache, which survives the end of
 * the process, as it is with the stand-in.
 *
 * @throws Error when the jars are missing, or when it ends before it answers
 */
export async function startKafka(options: RealKafkaOptions = {}): Promise<RealKafka> {
  const programs = findKafka();
  if (!programs) throw new Error('the jars of Apache Kafka are not here');
  const folder = mkdtempSync(join(tmpdir(), 'faultline-real-kafka-'));
  const [port, controllerPort] = await Promise.all([freePort(), freePort()]);
  const properties = join(folder, 'server.properties');
  const settings = { ...settingsOf(folder, port, controllerPort), ...options.settings };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(properties, lines.join(''));
  // One that begins with a dash would be taken for a flag.
  const clusterId = `f${randomBytes(16).toString('base64url').slice(1)}`;
  const format = ['format', '-t', clusterId, '-c', properties];
  await promisify(execFile)(programs.java, [
    ...['-XX:TieredStopAtLevel=1', '-cp', programs.classpath, STORAGE_TOOL, ...format],
  ]);
  const kafka = new KafkaProcess(programs, options.jvm ?? SMALL_JVM, properties, port, folder);
  await kafka.restart();
  return kafka;
}

function settingsOf(folder: string, port: number, controllerPort: number): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(folder, 'data'),
    'offsets.topic.num.partitions': '1',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    // Tests write messages with old times, which would be deleted while they are looked for.
    'log.retention.ms': '-1',
  };
}

class KafkaProcess implements RealKafka {
  readonly port: number;
  readonly #programs: KafkaPrograms;
  readonly #jvm: readonly string[];
  readonly #properties: string;
  readonly #folder: string;
  #child: ChildProcess | undefined;
  #readyMs = NaN;

  constructor(
    programs: KafkaPrograms,
    jvm: readonly string[],
    properties: string,
    port: number,
    folder: string,
  ) {
    this.#programs = programs;
    this.#jvm = jvm;
    this.#properties = properties;
    this.port = port;
    this.#folder = folder;
  }

  get pid(): number {
    return this.#child?.pid ?? NaN;
  }

  get readyMs(): number {
    return this.#readyMs;
  }

  async restart(): Promise<void> {
    const startedMs = performance.now();
    const { java, classpath } = this.#programs;
    const child = spawn(java, [...this.#jvm, '-cp', classpath, MAIN, this.#properties], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr = (stderr + String(chunk)).slice(-STDERR_KEPT)));
    process.once('exit', () => child.kill('SIGKILL'));
    const ended = new AbortController();
    child.once('exit', (code) => {
      ended.abort(new Error(`Apache Kafka ended with ${code} before it answered: ${stderr}`));
    });
    await untilItAnswers(this.port, ended.signal);
    this.#readyMs = performance.now() - startedMs;
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A broker that listens may still be fenced: it is ready when the metadata name it. */
async function untilItAnswers(port: number, ended: AbortSignal): Promise<void> {
  const retry = { initialRetryTime: 20, maxRetryTime: 100, retries: 3 };
  for (;;) {
    ended.throwIfAborted();
    const kafka = new Kafka({
      brokers: [`127.0.0.1:${port}`],
      logLevel: logLevel.NOTHING,
      retry,
    });
    const admin = kafka.admin();
    try {
      await admin.connect();
      const { brokers } = await admin.describeCluster();
      if (brokers.length > 0) return;
    } catch {
      // Not yet: the next round asks again, and an ended process stops the asking.
    } finally {
      await admin.disconnect();
    }
  }
}
