import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createBroker, type Broker } from '@faultline/kafka-broker';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createInbox, defineService } from '../index.ts';
import type { Chassis, DomainEvent } from '../service.ts';
import {
  createTestRegistry,
  startPostgres,
  startTestService,
  TEST_INTERNAL_TOKEN,
  testWorkloadToken,
  type TestFault,
  type TestPostgres,
} from '../testing/index.ts';

const SOON = { timeout: 15_000 };
const resources = new AsyncDisposableStack();
let folder: string;
let postgres: TestPostgres;
let broker: Broker;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faultline-event-faults-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, '001-effects.sql'), 'CREATE TABLE effects (event_id text);');
  postgres = resources.use(await startPostgres());
  broker = await createBroker({ port: 0, dataDir: join(folder, 'broker'), defaultPartitions: 1 });
  resources.defer(() => broker.close());
});
afterAll(() => resources.disposeAsync());

const event = (number: number): DomainEvent => ({
  ...{ id: `event-${number}`, type: 'order.confirmed', version: 1, occurredAt: 1000 + number },
  ...{ key: 'order-1', correlationId: 'c-1', payload: { number } },
});

/** A consumer of topics `<name>.a` and `<name>.b` that notes what it handles. */
async function start(name: string) {
  await using stack = new AsyncDisposableStack();
  const registry = stack.use(await createTestRegistry());
  registry.setWorkload('orders-1', {
    ...{ clientSecret: 'client-secret-of-orders', internalTokens: [TEST_INTERNAL_TOKEN] },
  });
  const handled: number[] = [];
  let chassis: Chassis | undefined;
  const service = stack.use(
    await startTestService(
      defineService({
        ...{ name: 'orders', migrations: pathToFileURL(folder), calls: [], events: true },
        build(given) {
          chassis = given;
          const inbox = createInbox({ chassis: given, consumer: name });
          const handle = async (received: DomainEvent) => {
            handled.push((received.payload as { number: number }).number);
            await given.database.transaction((transaction) =>
              inbox.once(transaction, received, () =>
                transaction.query('insert', 'INSERT INTO effects VALUES ($1)', [received.id]),
              ),
            );
          };
          return { consumers: [{ topic: [`${name}.a`, `${name}.b`], group: name, handle }] };
        },
      }),
      {
        DATABASE_URL: await postgres.createDatabase(name),
        KAFKA_BROKERS: `127.0.0.1:${broker.port}`,
        ...{ REGISTRY_URL: registry.url, WORKLOAD_TOKEN: testWorkloadToken('orders-1') },
      },
    ),
  );
  const running = stack.move();
  const send = (topic: 'a' | 'b', ...numbers: number[]) =>
    chassis!.producer.send(`${name}.${topic}`, numbers.map(event));
  const report = async () => {
    const headers = { authorization: `Bearer ${TEST_INTERNAL_TOKEN}` };
    const answer = await fetch(`${service.url}/internal/faults`, { headers });
    return ((await answer.json()) as { faults: unknown[] }).faults.length;
  };
  const effects = async () => {
    const rows = await chassis!.database.query<{ event_id: string }>(
      ...['read', 'SELECT event_id FROM effects'],
    );
    return rows.length;
  };
  return {
    ...{ service, handled, send, effects },
    async tell(...faults: TestFault[]) {
      registry.setFaults('orders-1', faults);
      await expect.poll(report).toBe(faults.length);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** The next offset of the group, as it is committed. */
async function committed(name: string): Promise<string | undefined> {
  const kafka = new Kafka({ brokers: [`127.0.0.1:${broker.port}`], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const [topic] = await admin.fetchOffsets({ groupId: name, topics: [`${name}.a`] });
  await admin.disconnect();
  return topic?.partitions[0]?.offset;
}

test('a paused consumer leaves the events of its topic where they are, and fetches them afterwards', async () => {
  await using running = await start('pause');
  await running.send('a', 1);
  await running.send('b', 101);
  await expect.poll(() => running.handled.toSorted(), SOON).toEqual([1, 101]);
  await running.tell({ id: 'f', kind: 'events.consumer-pause', topic: 'pause.a' });
  await running.send('a', 2, 3);
  await running.send('b', 102);
  await expect.poll(() => running.handled, SOON).toContain(102);
  expect(running.handled).not.toContain(2);
  expect(await committed('pause')).toBe('1');
  await expect
    .poll(async () => (await fetch(`${running.service.url}/metrics`)).text(), SOON)
    .toMatch(/consumer_lag\{[^}]*topic="pause\.a"[^}]*\} 2/);
  await running.tell();
  await expect.poll(() => running.handled.slice(-2), SOON).toEqual([2, 3]);
});

test('a repeated event is handled twice, and the inbox keeps it from having two effects', async () => {
  await using running = await start('repeat');
  await running.tell({ id: 'f', kind: 'events.duplicate' });
  await running.send('a', 1, 2);
  await expect.poll(() => running.handled, SOON).toEqual([1, 1, 2, 2]);
  expect(await running.effects()).toBe(2);
  const spans = () => running.service.spans.filter(({ name }) => name === 'process repeat.a');
  await expect.poll(() => spans().length, SOON).toBe(4);
  await expect.poll(() => committed('repeat'), SOON).toBe('2');
  await running.tell();
  await running.send('a', 3);
  await running.send('a', 4);
  await expect.poll(() => running.handled.slice(4), SOON).toEqual([3, 4]);
});

test('events are handled in reverse order, window by window, and the offset follows', async () => {
  await using running = await start('reorder');
  await running.tell({ id: 'f', kind: 'events.reorder', window: 3 });
  for (let number = 1; number <= 7; number++) await running.send('a', number);
  await expect.poll(() => running.handled, SOON).toEqual([3, 2, 1, 6, 5, 4, 7]);
  await expect.poll(() => committed('reorder'), SOON).toBe('7');
  const metrics = await (await fetch(`${running.service.url}/metrics`)).text();
  expect(metrics).toMatch(/^kafka_consumer_reordered_total\{.*topic="reorder.a".*\} 4$/m);
  await running.tell();
  await running.send('a', 8);
  await running.send('a', 9);
  await expect.poll(() => running.handled.slice(7), SOON).toEqual([8, 9]);
});
