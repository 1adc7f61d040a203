import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createBroker, type Broker } from '@faultline/kafka-broker';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createInbox, createOutbox, defineService } from '../index.ts';
import type { Chassis, ConsumerDefinition, DomainEvent } from '../service.ts';
import { startPostgres, startTestService, type TestPostgres } from '../testing/index.ts';

let folder: string;
let postgres: TestPostgres;
let broker: Broker;
let migrations: URL;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faultline-events-'));
  await writeFile(join(folder, '001-effects.sql'), 'CREATE TABLE effects (event_id text);');
  migrations = pathToFileURL(folder);
  postgres = await startPostgres();
  broker = await createBroker({ port: 0, dataDir: join(folder, 'broker'), defaultPartitions: 3 });
});
afterAll(async () => {
  await broker.close();
  await postgres[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const brokers = () => `127.0.0.1:${broker.port}`;

const event = (number: number, key: string): DomainEvent => ({
  id: `event-${number}`,
  type: 'order.confirmed',
  version: 1,
  occurredAt: 1000 + number,
  key,
  correlationId: 'c-1',
  payload: { number },
});

/** Starts a service and hands out its chassis. */
async function start(
  database: string,
  parts: (
    chassis: Chassis,
  ) => { workers?: []; consumers?: ConsumerDefinition[] } | object = () => ({}),
  instance = 1,
) {
  let chassis: Chassis | undefined;
  const service = await startTestService(
    defineService({
      name: 'orders',
      migrations,
      calls: [],
      events: true,
      build(given) {
        chassis = given;
        return parts(given);
      },
    }),
    { DATABASE_URL: database, KAFKA_BROKERS: brokers(), INSTANCE_ID: `orders-${instance}` },
  );
  return { service, chassis: chassis! };
}

/** Reads a topic with a client of its own, into a list that grows. */
async function read(topic: string) {
  const kafka = new Kafka({ brokers: [brokers()], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `reader-of-${topic}`, maxWaitTimeInMs: 100 });
  const messages: { key: string; value: string; headers: Record<string, string> }[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      messages.push({
        key: String(message.key),
        value: String(message.value),
        headers: Object.fromEntries(
          Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
        ),
      });
    },
  });
  return { messages, [Symbol.asyncDispose]: () => consumer.disconnect() };
}

test('two relays send every committed event, in order per key, and nothing that was rolled back', async () => {
  const database = await postgres.createDatabase('outbox_order');
  const topic = 'outbox.order';
  const outboxes: ReturnType<typeof createOutbox>[] = [];
  const parts = (chassis: Chassis) => {
    const outbox = createOutbox({ chassis, topic });
    outboxes.push(outbox);
    return { workers: [outbox] };
  };
  const first = await start(database, parts, 1);
  const second = await start(database, parts, 2);
  await using reader = await read(topic);
  const count = 120;
  for (let number = 0; number < count; number++) {
    const { chassis } = number % 2 ? first : second;
    await chassis.database.transaction((transaction) =>
      outboxes[number % 2]!.append(transaction, [event(number, `order-${number % 5}`)]),
    );
  }
  await expect(
    first.chassis.database.transaction(async (transaction) => {
      await outboxes[0]!.append(transaction, [event(9999, 'order-0')]);
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await expect.poll(() => reader.messages.length, { timeout: 15_000 }).toBe(count);
  for (let key = 0; key < 5; key++) {
    const numbers = reader.messages
      .filter((message) => message.key === `order-${key}`)
      .map(({ value }) => (JSON.parse(value) as { payload: { number: number } }).payload.number);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  }
  const metrics = await (await fetch(`${first.service.url}/metrics`)).text();
  expect(metrics).toContain(`outbox_pending{topic="${topic}"}`);
  expect(metrics).toContain('outbox_relay_duration_seconds_count');
  await first.service.close();
  await second.service.close();
});

test('an event whose relay died between commit and sending is sent by the next one', async () => {
  const database = await postgres.createDatabase('outbox_crash');
  const topic = 'outbox.crash';
  // This instance never starts its relay: as if it was killed right after the commit.
  let dying: ReturnType<typeof createOutbox> | undefined;
  const first = await start(database, (chassis) => {
    dying = createOutbox({ chassis, topic });
    return {};
  });
  await first.chassis.database.transaction((transaction) =>
    dying!.append(transaction, [event(1, 'order-1')]),
  );
  await first.service.close();

  await using reader = await read(topic);
  const second = await start(database, (chassis) => ({
    workers: [createOutbox({ chassis, topic })],
  }));
  await expect.poll(() => reader.messages.length, { timeout: 15_000 }).toBe(1);
  expect(reader.messages[0]?.headers['x-correlation-id']).toBe('c-1');
  await second.service.close();
});

test('a consumer has one effect per event, continues its trace, and parks what it can not process', async () => {
  const database = await postgres.createDatabase('inbox');
  const topic = 'consumer.effects';
  const attempts = new Map<string, number>();
  const seen: (string | undefined)[] = [];
  const { service, chassis } = await start(database, (given) => {
    const inbox = createInbox({ chassis: given, consumer: 'effects' });
    return {
      consumers: [
        {
          topic,
          group: 'effects',
          maxAttempts: 3,
          async handle(received: DomainEvent) {
            attempts.set(received.id, (attempts.get(received.id) ?? 0) + 1);
            if (received.id === 'event-13') throw new Error('poison');
            seen.push(given.context()?.correlationId);
            await given.database.transaction((transaction) =>
              inbox.once(transaction, received, () =>
                transaction.query('insert effect', 'INSERT INTO effects VALUES ($1)', [
                  received.id,
                ]),
              ),
            );
          },
        },
      ],
    };
  });
  await using dead = await read(`${topic}.dlq`);
  await chassis.telemetry.span('cause', {}, () =>
    chassis.producer.send(topic, [
      event(1, 'a'),
      event(1, 'a'),
      event(13, 'a'),
      event(2, 'a'),
      event(1, 'a'),
    ]),
  );
  const effects = () =>
    chassis.database.query<{ event_id: string }>('read', 'SELECT event_id FROM effects ORDER BY 1');
  await expect
    .poll(effects, { timeout: 20_000 })
    .toEqual([{ event_id: 'event-1' }, { event_id: 'event-2' }]);
  await expect.poll(() => attempts.get('event-1')).toBe(3);
  expect(attempts.get('event-13')).toBe(3);
  expect(new Set(seen)).toEqual(new Set(['c-1']));

  await expect.poll(() => dead.messages.length, { timeout: 10_000 }).toBe(1);
  expect(dead.messages[0]?.headers).toMatchObject({
    'dlq-reason': 'Error: poison',
    'dlq-attempts': '3',
    'dlq-original-topic': topic,
    'dlq-original-partition': expect.any(String) as string,
    'dlq-original-offset': '2',
  });
  expect(JSON.parse(dead.messages[0]!.value)).toEqual(event(13, 'a'));

  const named = (name: string) => service.spans.filter((span) => span.name === name);
  await expect.poll(() => named(`process ${topic}`).length).toBe(5);
  const [cause] = named('cause');
  for (const span of named(`process ${topic}`)) {
    expect(span.spanContext().traceId).toBe(cause?.spanContext().traceId);
  }
  await expect
    .poll(async () => (await fetch(`${service.url}/metrics`)).text())
    .toMatch(/kafka_consumer_lag\{.*consumer\.effects.*\} 0/);
  expect(service.records.map(({ eventName }) => eventName)).toContain('inbox.duplicate.ignored');
  await service.close();
});

test('producer and consumer find their way back to a broker that was away', async () => {
  const database = await postgres.createDatabase('broker_restart');
  const topic = 'broker.restart';
  const handled = new Set<string>();
  const { service, chassis } = await start(database, () => ({
    consumers: [
      { topic, group: 'restart', handle: async ({ id }: DomainEvent) => void handled.add(id) },
    ],
  }));
  await chassis.producer.send(topic, [event(1, 'a')]);
  await expect.poll(() => handled.has('event-1'), { timeout: 15_000 }).toBe(true);
  const { port } = broker;
  await broker.close();
  await expect(chassis.producer.send(topic, [event(2, 'a')])).rejects.toThrow();
  expect((await fetch(`${service.url}/health`)).status).toBe(200);
  broker = await createBroker({ port, dataDir: join(folder, 'broker'), defaultPartitions: 3 });
  const send = () =>
    chassis.producer.send(topic, [event(3, 'a')]).then(
      () => 'sent',
      () => 'failed',
    );
  await expect.poll(send, { timeout: 15_000 }).toBe('sent');
  await expect.poll(() => handled.has('event-3'), { timeout: 20_000 }).toBe(true);
  await service.close();
});

test('a message that is no event goes to the dead letters at once', async () => {
  const database = await postgres.createDatabase('malformed');
  const topic = 'consumer.malformed';
  const handled: string[] = [];
  const { service } = await start(database, () => ({
    consumers: [
      { topic, group: 'malformed', handle: async ({ id }: DomainEvent) => void handled.push(id) },
    ],
  }));
  await using dead = await read(`${topic}.dlq`);
  const kafka = new Kafka({ brokers: [brokers()], logLevel: logLevel.NOTHING });
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({
    topic,
    messages: [
      { key: 'a', value: 'no json' },
      { key: 'a', value: '{"id":1}' },
      { key: 'a', value: null },
    ],
  });
  await producer.disconnect();
  await expect.poll(() => dead.messages.length, { timeout: 15_000 }).toBe(3);
  expect(dead.messages[0]?.headers['dlq-reason']).toBe('the value is no JSON');
  expect(handled).toEqual([]);
  await service.close();
});

test('one consumer reads several topics, and each has dead letters of its own', async () => {
  const database = await postgres.createDatabase('several_topics');
  const topics = ['several.first', 'several.second'];
  const handled: string[] = [];
  const { service, chassis } = await start(database, () => ({
    consumers: [
      {
        topic: topics,
        group: 'several',
        maxAttempts: 1,
        handle: async ({ id }: DomainEvent) => {
          if (id === 'event-13') throw new Error('poison');
          handled.push(id);
        },
      },
    ],
  }));
  await using dead = await read('several.second.dlq');
  await chassis.producer.send('several.first', [event(1, 'a')]);
  await chassis.producer.send('several.second', [event(13, 'a'), event(2, 'a')]);
  await expect.poll(() => handled.toSorted(), { timeout: 15_000 }).toEqual(['event-1', 'event-2']);
  await expect.poll(() => dead.messages.length, { timeout: 15_000 }).toBe(1);
  expect(dead.messages[0]?.headers['dlq-original-topic']).toBe('several.second');
  for (const topic of topics) {
    await expect
      .poll(async () => (await fetch(`${service.url}/metrics`)).text(), { timeout: 15_000 })
      .toMatch(new RegExp(`kafka_consumer_lag\\{.*${topic}.*\\} 0`));
  }
  await service.close();
});

test('types that a consumer does not handle are passed over without a span', async () => {
  const database = await postgres.createDatabase('some_types');
  const handled: string[] = [];
  const { service, chassis } = await start(database, () => ({
    consumers: [
      {
        topic: 'types.events',
        group: 'types',
        types: ['order.confirmed'],
        handle: async ({ type }: DomainEvent) => void handled.push(type),
      },
    ],
  }));
  const other = { ...event(1, 'a'), type: 'order.created' };
  await chassis.producer.send('types.events', [other, event(2, 'a'), other, event(3, 'a')]);
  await expect.poll(() => handled.length, { timeout: 15_000 }).toBe(2);
  expect(handled).toEqual(['order.confirmed', 'order.confirmed']);
  const processed = () => service.spans.filter(({ name }) => name === 'process types.events');
  await expect.poll(() => processed().length).toBe(2);
  await expect
    .poll(async () => (await fetch(`${service.url}/metrics`)).text(), { timeout: 15_000 })
    .toMatch(/kafka_consumer_lag\{.*types.events.*\} 0/);
  await service.close();
});
