import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Kafka, logLevel, Partitioners } from 'kafkajs';

/** Rates and latencies of the broker as kafkajs sees them. Run: node tests/bench/kafka-broker.bench.ts */
const folder = mkdtempSync(join(tmpdir(), 'faultline-kafka-bench-'));
const startedAt = performance.now();
const main = join(import.meta.dirname, '../../docker/stand-ins/kafka-broker/src/main.ts');
const broker = spawn(
  process.execPath,
  [main, '--port', '0', '--data-dir', folder, '--topic', 't:1'],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
const port = await new Promise<number>((resolve) => {
  createInterface(broker.stdout).on('line', (text) => {
    const line = JSON.parse(text) as { msg: string; port: number };
    if (line.msg === 'ready') resolve(line.port);
  });
});
report('ready after start', performance.now() - startedAt, 'ms');

const kafka = new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING });
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
await producer.connect();
const value = Buffer.alloc(1024, 'x');

for (const batchSize of [1, 100]) {
  const messages = Array.from({ length: batchSize }, () => ({ value }));
  await measureRate(messages, 300);
  report(
    `produce acks=all, 1 KB, batch ${batchSize}`,
    await measureRate(messages, 3000),
    'messages/s',
  );
}

await measureEndToEnd();
report('memory (RSS)', residentMb(), 'MB');
await producer.disconnect();
broker.kill('SIGTERM');
broker.once('exit', () => rmSync(folder, { recursive: true, force: true }));

async function measureRate(messages: { value: Buffer }[], durationMs: number): Promise<number> {
  const begin = performance.now();
  let sent = 0;
  while (performance.now() - begin < durationMs) {
    await producer.send({ topic: 't', acks: -1, messages });
    sent += messages.length;
  }
  return (sent / (performance.now() - begin)) * 1000;
}

async function measureEndToEnd(): Promise<void> {
  const consumer = kafka.consumer({ groupId: 'bench', maxWaitTimeInMs: 100 });
  const latencies: number[] = [];
  let received: (() => void) | undefined;
  await consumer.connect();
  await consumer.subscribe({ topic: 'latency', fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      latencies.push(performance.now() - Number(message.value));
      received?.();
    },
  });
  for (let count = 0; count < 1000; count += 1) {
    const arrival = new Promise<void>((resolve) => (received = resolve));
    await producer.send({ topic: 'latency', messages: [{ value: String(performance.now()) }] });
    if (latencies.length <= count) await arrival;
  }
  await consumer.disconnect();
  const sorted = latencies.slice(100).sort((a, b) => a - b);
  report('end-to-end p50', sorted[Math.floor(sorted.length * 0.5)] ?? NaN, 'ms');
  report('end-to-end p99', sorted[Math.floor(sorted.length * 0.99)] ?? NaN, 'ms');
}

function residentMb(): number {
  const status = readFileSync(`/proc/${broker.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024;
}

function report(what: string, measured: number, unit: string): void {
  process.stdout.write(`${what.padEnd(40)} ${measured.toFixed(2)} ${unit}\n`);
}
