import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createBroker, type Broker } from '@faultline/kafka-broker';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createInbox, createOutbox, defineService, type Outbox } from '../index.ts';
import {
  initialServicePolicy,
  patchServicePolicy,
  type ServicePolicyPatch,
} from '../core/index.ts';
import type { Chassis, ConsumerDefinition, DomainEvent, ServiceParts } from '../service.ts';
import {
  createTestRegistry,
  startPostgres,
  startTestService,
  type TestPostgres,
} from '../testing/index.ts';

let folder: string;
let postgres: TestPostgres;
let broker: Broker;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faultline-switches-'));
  await writeFile(join(folder, '001-effects.sql'), 'CREATE TABLE effects (event_id text);');
  postgres = await startPostgres();
  broker = await createBroker({ port: 0, dataDir: join(folder, 'broker'), defaultPartitions: 1 });
});
afterAll(async () => {
  await broker.close();
  await postgres[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const event = (number: number): DomainEvent => ({
  id: `event-${number}`,
  type: 'order.confirmed',
  version: 1,
  occurredAt: 1000 + number,
  key: 'order-1',
  correlationId: 'c-1',
  payload: { number },
});

/** A service whose patterns a test switches. */
async function start(name: string, parts: (chassis: Chassis) => ServiceParts = () => ({})) {
  await using stack = new AsyncDisposableStack();
  const registry = stack.use(await createTestRegistry());
  const initial = initialServicePolicy(['outbox', 'inbox', 'deadLetter']);
  let chassis: Chassis | undefined;
  const service = stack.use(
    await startTestService(
      defineService({
        name: 'orders',
        migrations: pathToFileURL(folder),
        calls: [],
        events: true,
        build(given) {
          chassis = given;
          return parts(given);
        },
      }),
      {
        DATABASE_URL: await postgres.createDatabase(name),
        KAFKA_BROKERS: `127.0.0.1:${broker.port}`,
        REGISTRY_URL: registry.url,
      },
    ),
  );
  const running = stack.move();
  const set = async (patch: ServicePolicyPatch) => {
    registry.set({ service: patchServicePolicy(initial, patch) });
    for (const [pattern, change] of Object.entries(patch)) {
      await expect.poll(() => chassis!.policy(pattern as 'outbox')).toMatchObject(change ?? {});
    }
  };
  const rows = (text: string) => chassis!.database.query<Record<string, unknown>>('read', text);
  return {
    service,
    chassis: chassis!,
    set,
    rows,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function startWithOutbox(name: string, topic: string) {
  let outbox: Outbox | undefined;
  const running = await start(name, (chassis) => {
    outbox = createOutbox({ chassis, topic });
    return { workers: [outbox] };
  });
  const append = (number: number) =>
    running.chassis.database.transaction((transaction) =>
      outbox!.append(transaction, [event(number)]),
    );
  return { ...running, append };
}

/** Ids and headers of the events of a topic, as they come. */
async function read(topic: string) {
  const kafka = new Kafka({ brokers: [`127.0.0.1:${broker.port}`], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `reader-of-${topic}`, maxWaitTimeInMs: 100 });
  const ids: string[] = [];
  const headers: Record<string, string>[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      ids.push((JSON.parse(String(message.value)) as DomainEvent).id);
      headers.push(
        Object.fromEntries(
          Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
        ),
      );
    },
  });
  return { ids, headers, [Symbol.asyncDispose]: () => consumer.disconnect() };
}

async function withoutBroker(work: () => Promise<void>): Promise<void> {
  const { port } = broker;
  await broker.close();
  await work();
  broker = await createBroker({ port, dataDir: join(folder, 'broker'), defaultPartitions: 1 });
}

test('an outbox keeps events through a broker outage; without it they are lost', async () => {
  const topic = 'switches.outbox';
  await using running = await startWithOutbox('outbox_switch', topic);
  await running.append(1);
  {
    await using reader = await read(topic);
    await expect.poll(() => reader.ids, { timeout: 15_000 }).toEqual(['event-1']);
  }
  await withoutBroker(async () => {
    await running.append(2);
    await running.set({ outbox: { enabled: false } });
    await running.append(3);
    const lost = () => running.service.logs.filter(({ msg }) => String(msg).includes('event lost'));
    await expect.poll(() => lost().length, { timeout: 20_000 }).toBe(1);
    expect(lost()[0]).toMatchObject({ 'event.id': 'event-3', topic });
  });
  await running.set({ outbox: { enabled: true } });
  await running.append(4);
  await using reader = await read(topic);
  await expect.poll(() => reader.ids.includes('event-4'), { timeout: 20_000 }).toBe(true);
  expect(new Set(reader.ids)).toEqual(new Set(['event-2', 'event-4']));
  const rows = await running.rows('SELECT id FROM outbox ORDER BY sequence');
  expect(rows.map(({ id }) => id)).toEqual(['event-1', 'event-2', 'event-4']);
});

test('without an outbox an event goes out after the commit, and never after a rollback', async () => {
  const topic = 'switches.direct';
  await using running = await startWithOutbox('outbox_direct', topic);
  await running.set({ outbox: { enabled: false } });
  await using reader = await read(topic);
  let outbox: Outbox | undefined;
  await expect(
    running.chassis.database.transaction(async (transaction) => {
      outbox = createOutbox({ chassis: running.chassis, topic });
      await outbox.append(transaction, [event(9)]);
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await running.append(1);
  await expect.poll(() => reader.ids, { timeout: 15_000 }).toEqual(['event-1']);
  expect(await running.rows('SELECT id FROM outbox')).toEqual([]);
});

test('a commit wakes the relay, however seldom it looks by itself', async () => {
  const topic = 'switches.latency';
  await using running = await startWithOutbox('outbox_latency', topic);
  await running.set({ outbox: { pollMs: 600_000 } });
  await running.append(1);
  const unpublished = 'SELECT id FROM outbox WHERE published_at IS NULL';
  for (let number = 2; number <= 30; number++) {
    await running.append(number);
    await expect.poll(() => running.rows(unpublished), { interval: 1 }).toEqual([]);
  }
  const text = await (await fetch(`${running.service.url}/metrics`)).text();
  expect(text).toMatch(/outbox_relay_duration_seconds_count 30/);
});

test('a batch of the policy is relayed at once', async () => {
  const topic = 'switches.batch';
  await using running = await startWithOutbox('outbox_batch', topic);
  await running.set({ outbox: { batch: 2 } });
  let outbox: Outbox | undefined;
  await running.chassis.database.transaction(async (transaction) => {
    outbox = createOutbox({ chassis: running.chassis, topic });
    await outbox.append(transaction, [1, 2, 3, 4, 5].map(event));
  });
  const relayed = () =>
    running.service.records
      .filter(({ eventName }) => eventName === 'outbox.relayed')
      .map(({ attributes }) => attributes.count);
  await expect.poll(relayed, { timeout: 10_000 }).toEqual([2, 2, 1]);
});

function consumer(
  topic: string,
  handle: ConsumerDefinition['handle'],
  more: Partial<ConsumerDefinition> = {},
): ConsumerDefinition {
  return { topic, group: topic, handle, ...more };
}

test('an inbox gives an event its effect once; without it as often as it is delivered', async () => {
  const topic = 'switches.inbox';
  let handled = 0;
  await using running = await start('inbox_switch', (chassis) => {
    const inbox = createInbox({ chassis, consumer: 'effects' });
    return {
      consumers: [
        consumer(topic, async (received) => {
          await chassis.database.transaction((transaction) =>
            inbox.once(transaction, received, () =>
              transaction.query('insert effect', 'INSERT INTO effects VALUES ($1)', [received.id]),
            ),
          );
          handled++;
        }),
      ],
    };
  });
  const deliver = async (count: number) => {
    const before = handled;
    await running.chassis.producer.send(
      topic,
      Array.from({ length: count }, () => event(1)),
    );
    await expect.poll(() => handled, { timeout: 20_000 }).toBe(before + count);
    return (await running.rows('SELECT event_id FROM effects')).length;
  };
  expect(await deliver(3)).toBe(1);
  await running.set({ inbox: { enabled: false } });
  expect(await deliver(3)).toBe(4);
  await running.set({ inbox: { enabled: true } });
  expect(await deliver(3)).toBe(4);
});

test('a poison message blocks its partition while dead letters are off, and is put aside when they are on', async () => {
  const topic = 'switches.poison';
  const attempts: { attempt: number; last: boolean }[] = [];
  const handled: string[] = [];
  await using running = await start('dead_letter_switch', () => ({
    consumers: [
      consumer(topic, async ({ id }, delivery) => {
        if (id === 'event-13') {
          attempts.push(delivery);
          throw new Error('poison');
        }
        handled.push(id);
      }),
    ],
  }));
  await running.set({ deadLetter: { enabled: false, attempts: 2 } });
  await running.chassis.producer.send(topic, [event(1), event(13), event(2)]);
  // More attempts than the policy would allow, and nobody passes.
  await expect.poll(() => attempts.length, { timeout: 20_000 }).toBeGreaterThan(4);
  expect(handled).toEqual(['event-1']);
  expect(attempts.some(({ last }) => last)).toBe(false);
  await running.set({ deadLetter: { enabled: true, attempts: 2 } });
  await expect.poll(() => handled, { timeout: 20_000 }).toEqual(['event-1', 'event-2']);
  await using dead = await read(`${topic}.dlq`);
  await expect.poll(() => dead.ids, { timeout: 20_000 }).toEqual(['event-13']);
  expect(attempts.at(-1)?.last).toBe(true);

  attempts.length = 0;
  await running.chassis.producer.send(topic, [event(13), event(3)]);
  await expect.poll(() => handled.at(-1), { timeout: 20_000 }).toBe('event-3');
  expect(attempts).toEqual([
    { attempt: 1, last: false },
    { attempt: 2, last: true },
  ]);
});

test('the deadline of a request goes along with its events, for consumers that ask for it', async () => {
  const topic = 'switches.deadline';
  const left: Record<string, number> = {};
  await using running = await start('deadline', (chassis) => {
    const note = (name: string) => async () => {
      left[name] = chassis.context()!.deadlineLeftMs();
    };
    return {
      consumers: [
        consumer(topic, note('asks'), { group: 'asks', deadline: true }),
        consumer(topic, note('does not'), { group: 'does-not' }),
      ],
    };
  });
  const { chassis } = running;
  const outbox = createOutbox({ chassis, topic });
  outbox.start();
  await chassis.withContext(
    { correlationId: 'c-1', deadlineMs: 60_000, operation: 'request' },
    () => chassis.database.transaction((transaction) => outbox.append(transaction, [event(1)])),
  );
  await expect.poll(() => Object.keys(left).length, { timeout: 20_000 }).toBe(2);
  await outbox[Symbol.asyncDispose]();
  expect(left.asks).toBeGreaterThan(0);
  expect(left.asks).toBeLessThanOrEqual(60_000);
  expect(left['does not']).toBe(Infinity);
  const spans = () => running.service.spans.filter(({ name }) => name === `process ${topic}`);
  await expect.poll(() => spans().length).toBe(2);
  for (const { attributes } of spans()) expect(attributes['deadline.left_ms']).toBeGreaterThan(0);

  await chassis.producer.send(topic, [{ ...event(2), deadlineAt: chassis.clock.now() - 5000 }]);
  await expect.poll(() => left.asks, { timeout: 20_000 }).toBeLessThan(-4000);
});
