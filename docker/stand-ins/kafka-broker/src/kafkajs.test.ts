import { EventEmitter, once } from 'node:events';
import {
  CompressionTypes,
  Kafka,
  logLevel,
  Partitioners,
  type Consumer,
  type EachMessagePayload,
  type Producer,
} from 'kafkajs';
import { expect, test } from 'vitest';
import { createBroker } from './index.ts';
import { temporaryBroker, temporaryFolder } from './testing/temporary-broker.ts';

function client(port: number): Kafka {
  return new Kafka({
    clientId: 'test',
    brokers: [`127.0.0.1:${port}`],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 20, retries: 10 },
  });
}

async function producerOf(port: number, idempotent = false): Promise<Producer & AsyncDisposable> {
  const producer = client(port).producer({
    idempotent,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  return Object.assign(producer, { [Symbol.asyncDispose]: () => producer.disconnect() });
}

interface Reader extends AsyncDisposable {
  consumer: Consumer;
  received: { partition: number; offset: string; value: string }[];
  /** Resolves when so many messages have arrived. */
  until(count: number): Promise<void>;
  /** Resolves when the consumer has so many partitions of the topic. */
  untilAssigned(count: number): Promise<void>;
}

async function readerOf(port: number, groupId: string, topic: string): Promise<Reader> {
  const consumer = client(port).consumer({
    groupId,
    sessionTimeout: 3000,
    heartbeatInterval: 50,
    maxWaitTimeInMs: 50,
  });
  const arrivals = new EventEmitter();
  const received: Reader['received'] = [];
  let assigned = 0;
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    assigned = payload.memberAssignment[topic]?.length ?? 0;
    arrivals.emit('assignment');
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message }: EachMessagePayload) => {
      received.push({ partition, offset: message.offset, value: String(message.value) });
      arrivals.emit('message');
    },
  });
  return {
    consumer,
    received,
    async until(count) {
      while (received.length < count) await once(arrivals, 'message');
    },
    async untilAssigned(count) {
      while (assigned !== count) await once(arrivals, 'assignment');
    },
    [Symbol.asyncDispose]: () => consumer.disconnect(),
  };
}

test('keys, values, headers, nulls and timestamps arrive as they were sent, gzip or not', async () => {
  await using broker = await temporaryBroker();
  await using producer = await producerOf(broker.port);
  const message = {
    key: 'k',
    value: 'v'.repeat(2000),
    headers: { trace: 'abc', many: ['1', '2'] },
    timestamp: '1700000000123',
  };
  for (const compression of [CompressionTypes.None, CompressionTypes.GZIP]) {
    await producer.send({
      topic: 't',
      compression,
      messages: [message, { key: 'gone', value: null }],
    });
  }
  const consumer = client(broker.port).consumer({ groupId: 'g', maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topic: 't', fromBeginning: true });
  const messages: EachMessagePayload['message'][] = [];
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async (payload) => {
          if (messages.push(payload.message) === 4) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  expect(messages.map(({ offset }) => offset)).toEqual(['0', '1', '2', '3']);
  for (const { key, value, headers, timestamp } of [messages[0], messages[2]].flatMap(
    (m) => m ?? [],
  )) {
    expect([String(key), String(value), timestamp]).toEqual(['k', message.value, '1700000000123']);
    expect(String(headers?.['trace'])).toBe('abc');
    expect(String(headers?.['many'])).toBe('1,2');
  }
  expect([messages[1]?.value, messages[3]?.value]).toEqual([null, null]);
});

test('two members share the partitions, and the one that stays takes over all', async () => {
  await using broker = await temporaryBroker({ topics: [{ name: 't', partitions: 4 }] });
  await using producer = await producerOf(broker.port);
  await using first = await readerOf(broker.port, 'g', 't');
  const second = await readerOf(broker.port, 'g', 't');
  await Promise.all([first.untilAssigned(2), second.untilAssigned(2)]);
  const send = (from: number) =>
    producer.send({
      topic: 't',
      messages: Array.from({ length: 20 }, (_, i) => ({ value: `${from + i}`, partition: i % 4 })),
    });
  await send(0);
  await Promise.all([first.until(10), second.until(10)]);
  await second.consumer.disconnect();
  await first.untilAssigned(4);
  await send(20);
  await first.until(30);
  const values = [...first.received, ...second.received].map(({ value }) => Number(value));
  expect(values.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
});

test('a group goes on where it stopped, also when the broker was restarted in between', async () => {
  using folder = temporaryFolder();
  const first = await createBroker({ port: 0, dataDir: folder.path });
  const produce = async (port: number, value: string) => {
    await using producer = await producerOf(port);
    await producer.send({ topic: 't', messages: [{ value }] });
  };
  const read = async (port: number) => {
    await using reader = await readerOf(port, 'g', 't');
    await reader.until(1);
    return reader.received;
  };
  await produce(first.port, 'one');
  expect(await read(first.port)).toEqual([{ partition: 0, offset: '0', value: 'one' }]);
  await first.close();
  await using second = await createBroker({ port: 0, dataDir: folder.path });
  await produce(second.port, 'two');
  expect(await read(second.port)).toEqual([{ partition: 0, offset: '1', value: 'two' }]);
});

test('a consumer can go back, and forward to a time', async () => {
  await using broker = await temporaryBroker();
  await using producer = await producerOf(broker.port);
  const messages = Array.from({ length: 100 }, (_, i) => ({
    value: `${i}`,
    timestamp: `${1000 + i}`,
  }));
  await producer.send({ topic: 't', compression: CompressionTypes.GZIP, messages });
  await using reader = await readerOf(broker.port, 'g', 't');
  await reader.until(100);
  reader.consumer.seek({ topic: 't', partition: 0, offset: '90' });
  await reader.until(110);
  expect(reader.received[100]?.value).toBe('90');
  const admin = client(broker.port).admin();
  await admin.connect();
  expect(await admin.fetchTopicOffsetsByTimestamp('t', 1042)).toEqual([
    { partition: 0, offset: '42' },
  ]);
  expect(await admin.fetchTopicOffsets('t')).toEqual([
    { partition: 0, offset: '100', high: '100', low: '0' },
  ]);
  await admin.disconnect();
});

test('an idempotent producer delivers in order and without doubles', async () => {
  await using broker = await temporaryBroker();
  await using producer = await producerOf(broker.port, true);
  await using reader = await readerOf(broker.port, 'g', 't');
  for (let i = 0; i < 50; i += 1) {
    await producer.send({ topic: 't', messages: [{ key: 'k', value: `${i}` }] });
  }
  await reader.until(50);
  expect(reader.received.map(({ value }) => value)).toEqual(
    Array.from({ length: 50 }, (_, i) => `${i}`),
  );
});

test('topics are created, grown, described and deleted; a new one of that name is empty', async () => {
  await using broker = await temporaryBroker();
  const admin = client(broker.port).admin();
  await admin.connect();
  const topics = [
    { topic: 't', numPartitions: 2, configEntries: [{ name: 'retention.bytes', value: '123456' }] },
  ];
  expect(await admin.createTopics({ topics })).toBe(true);
  expect(await admin.createTopics({ topics })).toBe(false);
  await admin.createPartitions({ topicPartitions: [{ topic: 't', count: 5 }] });
  const {
    topics: [described],
  } = await admin.fetchTopicMetadata({ topics: ['t'] });
  expect(described?.partitions).toHaveLength(5);
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: 2, name: 't', configNames: ['retention.bytes'] }],
  });
  expect(resources[0]?.configEntries[0]).toMatchObject({ configValue: '123456', isDefault: false });
  await using producer = await producerOf(broker.port);
  await producer.send({ topic: 't', messages: [{ value: 'x', partition: 4 }] });
  await admin.deleteTopics({ topics: ['t'] });
  expect(await admin.listTopics()).toEqual([]);
  await admin.createTopics({ topics: [{ topic: 't', numPartitions: 5 }] });
  const offsets = await admin.fetchTopicOffsets('t');
  expect(offsets.map(({ high }) => high)).toEqual(['0', '0', '0', '0', '0']);
  await expect(admin.createTopics({ topics: [{ topic: 'a b' }] })).rejects.toThrow();
  await admin.disconnect();
});

test('groups are listed, described, moved and deleted when nobody is in them', async () => {
  await using broker = await temporaryBroker();
  await using producer = await producerOf(broker.port);
  await producer.send({ topic: 't', messages: [{ value: 'a' }, { value: 'b' }] });
  const admin = client(broker.port).admin();
  await admin.connect();
  const reader = await readerOf(broker.port, 'g', 't');
  await reader.until(2);
  const {
    groups: [group],
  } = await admin.describeGroups(['g']);
  expect(group).toMatchObject({ state: 'Stable', protocol: 'RoundRobinAssigner' });
  expect(group?.members).toHaveLength(1);
  await expect(admin.deleteGroups(['g'])).rejects.toThrow();
  await reader.consumer.disconnect();
  const committed = () => admin.fetchOffsets({ groupId: 'g', topics: ['t'] });
  expect((await committed())[0]?.partitions).toMatchObject([{ partition: 0, offset: '2' }]);
  await admin.setOffsets({ groupId: 'g', topic: 't', partitions: [{ partition: 0, offset: '1' }] });
  expect((await committed())[0]?.partitions).toMatchObject([{ partition: 0, offset: '1' }]);
  expect((await admin.listGroups()).groups.map(({ groupId }) => groupId)).toEqual(['g']);
  await admin.deleteGroups(['g']);
  expect((await admin.listGroups()).groups).toEqual([]);
  await admin.disconnect();
});

test('messages without acknowledgement arrive too', async () => {
  await using broker = await temporaryBroker();
  await using producer = await producerOf(broker.port);
  await using reader = await readerOf(broker.port, 'g', 't');
  for (let i = 0; i < 20; i += 1) {
    await producer.send({ topic: 't', acks: 0, messages: [{ value: `${i}` }] });
  }
  await reader.until(20);
  expect(reader.received.map(({ value }) => Number(value))).toEqual(
    Array.from({ length: 20 }, (_, i) => i),
  );
});
