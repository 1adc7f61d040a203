import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startKafka } from '../../real-parts/kafka.ts';

/** A broker that the suite runs against. */
export interface BrokerSubject extends AsyncDisposable {
  readonly kind: 'standIn' | 'kafka';
  readonly port: number;
  /** Ends it with SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again, on the same data and port, and waits until it answers. */
  restart(): Promise<void>;
}

const MAIN = join(import.meta.dirname, '../../../docker/stand-ins/kafka-broker/src/main.ts');

/** The stand-in as a process of its own; only its wait for more members is as short as real Kafka's here. */
export async function startStandIn(): Promise<BrokerSubject> {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-parity-broker-'));
  let child: ChildProcess | undefined;
  let port = 0;
  const restart = async () => {
    const flags = ['--data-dir', folder, '--initial-rebalance-delay-ms', '0'];
    const started = spawn(process.execPath, [MAIN, '--port', String(port), ...flags], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    process.once('exit', () => started.kill('SIGKILL'));
    child = started;
    port = await new Promise<number>((resolve, reject) => {
      started.once('exit', (code) => reject(new Error(`the stand-in ended with ${code}`)));
      createInterface(started.stdout).on('line', (text) => {
        const line = JSON.parse(text) as { msg: string; port: number };
        if (line.msg === 'ready') resolve(line.port);
      });
    });
  };
  const kill = async () => {
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  };
  await restart();
  return {
    kind: 'standIn',
    get port() {
      return port;
    },
    kill,
    restart,
    async [Symbol.asyncDispose]() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The real Apache Kafka. */
export async function startRealKafka(): Promise<BrokerSubject> {
  const kafka = await startKafka();
  return {
    kind: 'kafka',
    port: kafka.port,
    kill: () => kafka.kill(),
    restart: () => kafka.restart(),
    [Symbol.asyncDispose]: () => kafka[Symbol.asyncDispose](),
  };
}
