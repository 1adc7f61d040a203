import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { createBroker, type Broker } from '@faultline/kafka-broker';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { initialServicePolicy, patchServicePolicy } from '../core/index.ts';
import {
  createTestRegistry,
  startPostgres,
  TEST_INTERNAL_TOKEN,
  testWorkloadToken,
  type TestPostgres,
  type TestRegistry,
} from '../testing/index.ts';

const FIXTURE = join(import.meta.dirname, 'fixtures/event-writer.ts');
const resources = new AsyncDisposableStack();
let folder: string;
let postgres: TestPostgres;
let broker: Broker;
let registry: TestRegistry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faultline-dying-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, '001-effects.sql'), 'CREATE TABLE effects (event_id text);');
  postgres = resources.use(await startPostgres());
  broker = await createBroker({ port: 0, dataDir: join(folder, 'broker'), defaultPartitions: 1 });
  resources.defer(() => broker.close());
  registry = resources.use(await createTestRegistry());
  registry.setWorkload('writer-1', {
    ...{ clientSecret: 'client-secret-of-the-writer', internalTokens: [TEST_INTERNAL_TOKEN] },
  });
});
afterAll(() => resources.disposeAsync());

/** Starts the service as a process of its own; resolves when it is ready. */
async function startWriter(database: string, topic: string) {
  const child: ChildProcess = spawn(process.execPath, [FIXTURE], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      ...{ SERVICE_NAME: 'writer', INSTANCE_ID: 'writer-1', PORT: '0' },
      ...{ REGISTRY_URL: registry.url, WORKLOAD_TOKEN: testWorkloadToken('writer-1') },
      ...{ INTERNAL_TOKEN: TEST_INTERNAL_TOKEN, DATABASE_URL: database },
      KAFKA_BROKERS: `127.0.0.1:${broker.port}`,
      ...{ FIXTURE_TOPIC: topic, FIXTURE_MIGRATIONS: pathToFileURL(folder).href },
    },
  });
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const { msg, port: own } = JSON.parse(line) as { msg?: string; port?: number };
      if (msg === 'ready' && own !== undefined) resolve(own);
    });
    void exited.then(() => reject(new Error('the fixture ended before it was ready')));
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    exited,
    write: (id: string) => fetch(`${url}/effects/${id}`, { method: 'POST' }),
    async faults(): Promise<unknown[]> {
      const headers = { authorization: `Bearer ${TEST_INTERNAL_TOKEN}` };
      const answer = await fetch(`${url}/internal/faults`, { headers });
      return ((await answer.json()) as { faults: unknown[] }).faults;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The ids of the events of `topic`, as they come. */
async function readIds(topic: string) {
  const kafka = new Kafka({
    brokers: [`127.0.0.1:${broker.port}`],
    logLevel: logLevel.NOTHING,
  });
  const consumer = kafka.consumer({ groupId: `reader-of-${topic}`, maxWaitTimeInMs: 100 });
  const ids: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      ids.push((JSON.parse(String(message.value)) as { id: string }).id);
    },
  });
  return { ids, [Symbol.asyncDispose]: () => consumer.disconnect() };
}

test.each([
  ['with the outbox its event is sent by the next process', true, ['first', 'second']],
  ['without the outbox its event is lost', false, ['second']],
])(
  'a process dies right after its commit: %s',
  async (_what, enabled, expected) => {
    const topic = `crash.${enabled ? 'outbox' : 'nothing'}`;
    const database = await postgres.createDatabase(topic.replace('.', '_'));
    const policy = patchServicePolicy(initialServicePolicy(['outbox']), { outbox: { enabled } });
    registry.set({ service: policy });
    registry.setFaults('writer-1', []);
    await using reader = await readIds(topic);
    {
      await using writer = await startWriter(database, topic);
      registry.setFaults('writer-1', [{ id: 'f', kind: 'events.crash-after-commit' }]);
      await expect.poll(() => writer.faults()).toHaveLength(1);
      await expect(writer.write('first')).rejects.toThrow('fetch failed');
      expect(await writer.exited).toEqual([null, 'SIGKILL']);
    }
    registry.setFaults('writer-1', []);
    await using writer = await startWriter(database, topic);
    expect((await writer.write('second')).status).toBe(200);
    await expect.poll(() => reader.ids, { timeout: 20_000 }).toEqual(expected);

    const client = new pg.Client(database);
    await client.connect();
    const { rows } = await client.query('SELECT event_id FROM effects ORDER BY 1');
    await client.end();
    expect(rows).toEqual([{ event_id: 'first' }, { event_id: 'second' }]);
  },
  60_000,
);
