import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompressionTypes } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startJavaClient, type JavaClient } from '../../real-parts/kafka-client/client.ts';
import { findKafka, findProgram, isMissing, titleOf } from '../../real-parts/parts.ts';
import { DIFFERENCES, findInBatch } from './differences.ts';
import { requestFrame, sendFrame } from './frames.ts';
import { kafkajsOf, readWithKafkajs, sendWithKafkajs } from './kafkajs.ts';
import { readWithKcat, runKcat, startKcat } from './kcat.ts';
import { startRealKafka, startStandIn, type BrokerSubject } from './subject.ts';

/** Kills per broker; KAFKA_KILLS=100 for the target (about two minutes against the stand-in). */
const KILLS = Number(process.env.KAFKA_KILLS ?? 3);
const KCAT = findProgram('kcat') ?? '';
const MEGABYTE = 1024 * 1024;

// Apache Kafka's own client comes with its jars, so the stand-in needs them here too.
const missing = isMissing('kafka', findKafka()) || isMissing('kafka', KCAT !== '');

interface JavaRecord {
  partition: number;
  offset: number;
  key: string | null;
  value: string | null;
  timestamp: number;
  headers: Record<string, string>;
}

describe.skipIf(missing).each([
  { name: 'the stand-in', start: startStandIn },
  { name: 'Apache Kafka', start: startRealKafka },
])(titleOf('$name', missing), ({ start }) => {
  let broker: BrokerSubject;
  let java: JavaClient;
  let topics = 0;
  const newTopic = async (partitions: number) => {
    topics += 1;
    const topic = `topic-${topics}`;
    await java.call('createTopic', { topic, partitions });
    return topic;
  };
  const javaReads = async (topic: string, count: number, config?: Record<string, string>) => {
    topics += 1;
    const name = `reader-${topics}`;
    await java.call('read', { name, topic, config: config ?? {} });
    const records = await java.call<JavaRecord[]>('readUntil', { name, count });
    await java.call('close', { name });
    return records;
  };
  const kcat = (args: readonly string[], input?: string) => runKcat(KCAT, broker.port, args, input);

  beforeAll(async () => {
    broker = await start();
    java = await startJavaClient(broker.port);
  });
  afterAll(async () => {
    await java[Symbol.asyncDispose]();
    await broker[Symbol.asyncDispose]();
  });

  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'what kcat and the Java client write with codec %s, every client that knows it reads',
    async (codec) => {
      const topic = await newTopic(1);
      const messages = [{ key: 'k2', value: 'v'.repeat(3000), headers: { trace: 'abc' } }];
      await java.call('produce', { topic, messages, config: { 'compression.type': codec } });
      const args = ['-P', '-t', topic, '-K:', '-z', codec, '-H', 'trace=abc'];
      await kcat(args, `k1:${'w'.repeat(3000)}\n`);
      const expected = [
        { key: 'k2', value: 'v'.repeat(3000) },
        { key: 'k1', value: 'w'.repeat(3000) },
      ].map((message, offset) => ({ ...message, offset, trace: 'abc' }));
      const read = await javaReads(topic, 2);
      expect(read.map(({ headers, ...record }) => ({ ...record, ...headers }))).toMatchObject(
        expected,
      );
      const byKcat = await readWithKcat(KCAT, broker.port, topic);
      expect(
        byKcat.map(({ key, payload, offset, headers }) => ({
          ...{ key, value: payload, offset },
          [headers?.[0] ?? '']: headers?.[1],
        })),
      ).toEqual(expected);
      if (codec !== 'none' && codec !== 'gzip') return;
      await using reader = await readWithKafkajs(broker.port, topic, topic);
      const byKafkajs = await reader.until(2);
      expect(
        byKafkajs.map(({ headers, ...message }) => ({ ...message, ...headers })),
      ).toMatchObject(expected);
    },
  );

  test('what kafkajs writes, null values and many headers too, the others read', async () => {
    const topic = await newTopic(1);
    const messages = [
      { key: 'k', value: 'v', headers: { a: '1', b: '2' }, timestamp: '1700000000123' },
      { key: 'gone', value: null },
    ];
    for (const compression of [CompressionTypes.None, CompressionTypes.GZIP]) {
      await sendWithKafkajs(broker.port, { topic, messages, compression });
    }
    const read = await javaReads(topic, 4);
    for (const record of [read[0], read[2]]) {
      expect(record).toMatchObject({ key: 'k', value: 'v', timestamp: 1_700_000_000_123 });
      expect(record?.headers).toEqual({ a: '1', b: '2' });
    }
    expect([read[1]?.value, read[3]?.value]).toEqual([null, null]);
    const byKcat = await readWithKcat(KCAT, broker.port, topic);
    expect(byKcat.map(({ key, payload }) => [key, payload])).toEqual(
      read.map(({ key, value }) => [key, value]),
    );
  });

  test('three clients put a key into the same partition, each in its order', async () => {
    const topic = await newTopic(6);
    const keys = Array.from({ length: 40 }, (_, index) => `order-${index}`);
    const messages = keys.map((key) => ({ key, value: key }));
    await java.call('produce', { topic, messages });
    await sendWithKafkajs(broker.port, { topic, messages });
    const lines = keys.map((key) => `${key}:${key}\n`).join('');
    await kcat(['-P', '-t', topic, '-K:', '-X', 'topic.partitioner=murmur2'], lines);
    const read = await javaReads(topic, keys.length * 3);
    for (const key of keys) {
      expect(new Set(read.filter((r) => r.key === key).map((r) => r.partition)).size).toBe(1);
    }
    expect(new Set(read.map(({ partition }) => partition)).size).toBe(6);
    for (let partition = 0; partition < 6; partition += 1) {
      const offsets = read.filter((r) => r.partition === partition).map(({ offset }) => offset);
      expect(offsets).toEqual(offsets.map((_, index) => index));
    }
  });

  test('members of two clients share a group, and the one that stays takes over', async () => {
    const topic = await newTopic(4);
    const config = { 'group.id': topic };
    await java.call('read', { name: topic, topic, config });
    expect(await java.call('assigned', { name: topic, count: 4 })).toEqual([0, 1, 2, 3]);
    const other = startKcat(KCAT, broker.port, [
      ...['-X', 'partition.assignment.strategy=range', '-G', topic, topic],
    ]);
    await java.call('assigned', { name: topic, count: 2 });
    expect(await java.call('describeGroup', { group: topic })).toMatchObject({ members: 2 });
    const closed = once(other, 'close');
    other.kill('SIGINT');
    await closed;
    await java.call('assigned', { name: topic, count: 4 });
    await java.call('close', { name: topic });
  });

  test('kafkajs members rebalance, and read every message once', async () => {
    const topic = await newTopic(4);
    await using first = await readWithKafkajs(broker.port, topic, topic);
    await first.untilAssigned(4);
    const second = await readWithKafkajs(broker.port, topic, topic);
    await Promise.all([first.untilAssigned(2), second.untilAssigned(2)]);
    const messages = Array.from({ length: 20 }, (_, i) => ({ value: `${i}`, partition: i % 4 }));
    await sendWithKafkajs(broker.port, { topic, messages });
    await Promise.all([first.until(10), second.until(10)]);
    await second[Symbol.asyncDispose]();
    await first.untilAssigned(4);
    await sendWithKafkajs(broker.port, { topic, messages });
    await first.until(30);
    expect([first.received.length, second.received.length]).toEqual([30, 10]);
  });

  test('members that cannot agree on an assignor are refused', async () => {
    const topic = await newTopic(1);
    await java.call('read', { name: topic, topic, config: { 'group.id': topic } });
    await java.call('assigned', { name: topic, count: 1 });
    const name = `${topic}-other`;
    const strategy = 'org.apache.kafka.clients.consumer.StickyAssignor';
    const config = { 'group.id': topic, 'partition.assignment.strategy': strategy };
    await java.call('read', { name, topic, config });
    await expect(java.call('assigned', { name, count: 1 })).rejects.toMatchObject({
      name: 'InconsistentGroupProtocolException',
    });
    await java.call('close', { name: topic });
  });

  test('a static member that comes back has what it had, and a second one of its name fences it', async () => {
    const topic = await newTopic(4);
    const member = (instance: string) => ({
      topic,
      config: { 'group.id': topic, 'group.instance.id': instance },
    });
    await java.call('read', { name: 'pod-a', ...member('a') });
    await java.call('read', { name: 'pod-b', ...member('b') });
    const before = await java.call('assigned', { name: 'pod-a', count: 2 });
    const other = await java.call('assigned', { name: 'pod-b', count: 2 });
    await java.call('close', { name: 'pod-a' });
    await java.call('read', { name: 'pod-a2', ...member('a') });
    expect(await java.call('assigned', { name: 'pod-a2', count: 2 })).toEqual(before);
    expect(await java.call('assigned', { name: 'pod-b', count: 2 })).toEqual(other);
    await java.call('read', { name: 'pod-a3', ...member('a') });
    await java.call('assigned', { name: 'pod-a3', count: 2 });
    await expect(java.call('readUntil', { name: 'pod-a2', count: 1 })).rejects.toMatchObject({
      name: 'FencedInstanceIdException',
    });
    await java.call('close', { name: 'pod-a3' });
    await java.call('close', { name: 'pod-b' });
  });

  test('what one client commits, the next goes on from; an operator moves it', async () => {
    const topic = await newTopic(1);
    const messages = Array.from({ length: 5 }, (_, index) => ({ value: `${index}` }));
    await java.call('produce', { topic, messages });
    await javaReads(topic, 5, { 'group.id': topic });
    expect(await java.call('committed', { group: topic })).toEqual({ [`${topic}-0`]: 5 });
    await java.call('produce', { topic, messages: [{ value: '5' }] });
    const reader = await readWithKafkajs(broker.port, topic, topic);
    expect(await reader.until(1)).toMatchObject([{ offset: 5, value: '5' }]);
    await reader[Symbol.asyncDispose]();
    expect(await java.call('committed', { group: topic })).toEqual({ [`${topic}-0`]: 6 });
    await java.call('moveGroup', { group: topic, topic, partition: 0, offset: 3 });
    const { stdout } = await kcat(['-G', topic, '-e', topic]);
    expect(stdout).toBe('3\n4\n5\n');
    expect(await java.call('listGroups')).toContain(topic);
    await java.call('deleteGroup', { group: topic });
    expect(await java.call('listGroups')).not.toContain(topic);
    await expect(java.call('describeGroup', { group: topic })).rejects.toMatchObject({
      name: 'GroupIdNotFoundException',
    });
  });

  test('a group with members cannot be deleted', async () => {
    const topic = await newTopic(1);
    await java.call('read', { name: topic, topic, config: { 'group.id': topic } });
    await java.call('assigned', { name: topic, count: 1 });
    expect(await java.call('describeGroup', { group: topic })).toEqual({
      ...{ assignor: 'range', members: 1, state: 'Stable' },
    });
    await expect(java.call('deleteGroup', { group: topic })).rejects.toMatchObject({
      name: 'GroupNotEmptyException',
    });
    await java.call('close', { name: topic });
  });

  test('idempotent producers of two clients keep their order without doubles', async () => {
    const topic = await newTopic(1);
    const values = Array.from({ length: 200 }, (_, index) => `${index}`);
    const messages = values.map((value) => ({ value }));
    // Small batches: several requests are in flight at the same time.
    await java.call('produce', { topic, messages, config: { 'batch.size': '200' } });
    await kcat(
      ['-P', '-t', topic, '-X', 'enable.idempotence=true', '-X', 'batch.num.messages=7'],
      values.map((value) => `${value}\n`).join(''),
    );
    const read = await javaReads(topic, 400);
    expect(read.map(({ value }) => value)).toEqual([...values, ...values]);
  });

  test.each(['none', 'gzip', 'zstd'])('a time leads into a batch of codec %s', async (codec) => {
    topics += 1;
    const topic = `time-${topics}`;
    expect(await findInBatch(java, topic, codec)).toEqual([5]);
    const times = [0, 1000, 1001, 1009, 1010];
    const offsets = await java.call('offsetsForTimes', { topic, partition: 0, times });
    expect(offsets).toEqual([0, 0, 1, 9, null]);
    expect(await java.call('listOffsets', { topic, partition: 0 })).toEqual([0, 10, 9]);
    const fromTime = await readWithKcat(KCAT, broker.port, topic, 's@1007');
    expect(fromTime.map(({ offset }) => offset)).toEqual([7, 8, 9]);
    const admin = kafkajsOf(broker.port).admin();
    await admin.connect();
    expect(await admin.fetchTopicOffsetsByTimestamp(topic, 1003)).toEqual([
      { partition: 0, offset: '3' },
    ]);
    await admin.disconnect();
  });

  test('messages of 900 kB pass, and larger ones than the limit are refused', async () => {
    const topic = await newTopic(1);
    const value = 'x'.repeat(900_000);
    await java.call('produce', { topic, messages: [{ value }] });
    await sendWithKafkajs(broker.port, { topic, messages: [{ value }] });
    await kcat(['-P', '-t', topic], `${value}\n`);
    const read = await javaReads(topic, 3);
    expect(read.every((record) => record.value === value)).toBe(true);
    const tooLarge = 'x'.repeat(2 * MEGABYTE);
    const config = { 'max.request.size': '10000000', 'buffer.memory': '20000000' };
    await expect(
      java.call('produce', { topic, messages: [{ value: tooLarge }], config }),
    ).rejects.toMatchObject({ name: 'RecordTooLargeException' });
    await expect(
      sendWithKafkajs(broker.port, { topic, messages: [{ value: tooLarge }] }),
    ).rejects.toMatchObject({ type: 'MESSAGE_TOO_LARGE' });
    const args = ['-P', '-t', topic, '-X', 'message.max.bytes=10000000'];
    expect((await kcat(args, `${tooLarge}\n`)).code).not.toBe(0);
    const { stdout } = await kcat(['-Q', '-t', `${topic}:0:-1`]);
    expect(stdout).toContain('offset 3');
  });

  test.each([
    ['a size above the limit', Buffer.from('7fffffff0012000000000001', 'hex'), false],
    ['a negative size', Buffer.from('ffffffff0012000000000001', 'hex'), false],
    ['a frame that is cut off', requestFrame(3, 1).subarray(0, 9), true],
    ['a request that ends early', requestFrame(3, 1), false],
    ['an unknown API', requestFrame(999, 0), false],
    ['an unknown version', requestFrame(3, 99), false],
  ])('%s closes the connection, and the broker goes on', async (_, bytes, andEnd) => {
    expect(await sendFrame(broker.port, bytes, { andEnd })).toBe('closed');
    expect(await java.call('brokers')).toEqual([1]);
    const answer = await sendFrame(broker.port, requestFrame(18, 0));
    expect(answer).toBeInstanceOf(Buffer);
  });

  test('topics are created, described and deleted, and what cannot be is refused by name', async () => {
    const topic = await newTopic(3);
    const refusals = [
      [{ topic, partitions: 1 }, 'TopicExistsException'],
      [{ topic: 'a b', partitions: 1 }, 'InvalidTopicException'],
      [{ topic: 'new', partitions: 0 }, 'InvalidPartitionsException'],
      [{ topic: 'new', partitions: 1, replicas: 2 }, 'InvalidReplicationFactorException'],
      [{ topic: 'new', partitions: 1, configs: { odd: '1' } }, 'InvalidConfigurationException'],
    ] as const;
    for (const [request, name] of refusals) {
      await expect(java.call('createTopic', request)).rejects.toMatchObject({ name });
    }
    expect(await java.call('describeTopic', { topic })).toEqual(
      [0, 1, 2].map((partition) => ({ partition, leader: 1, isr: 1 })),
    );
    expect(await java.call('topicConfig', { topic, key: 'max.message.bytes' })).toBe('1048588');
    const { stdout } = await kcat(['-L', '-t', topic]);
    expect(stdout).toContain(`topic "${topic}" with 3 partitions`);
    await java.call('deleteTopic', { topic });
    expect(await java.call('listTopics')).not.toContain(topic);
    for (const op of ['deleteTopic', 'describeTopic']) {
      await expect(java.call(op, { topic })).rejects.toMatchObject({
        name: 'UnknownTopicOrPartitionException',
      });
    }
  });

  test('a topic that is written to is created; one that is only looked at is not', async () => {
    topics += 1;
    const topic = `unknown-${topics}`;
    await expect(java.call('describeTopic', { topic })).rejects.toThrow();
    expect(await java.call('listTopics')).not.toContain(topic);
    expect(await java.call('produce', { topic, messages: [{ value: 'a' }] })).toEqual([
      { partition: 0, offset: 0 },
    ]);
    expect(await java.call('listTopics')).toContain(topic);
  });

  test(
    `no acknowledged message is lost, doubled or out of order over ${KILLS} kills`,
    { timeout: 120_000 + KILLS * 15_000 },
    async () => {
      const topic = await newTopic(3);
      const config = { 'delivery.timeout.ms': '300000', 'batch.size': '500' };
      await java.call('pump', { name: topic, topic, partitions: 3, config });
      for (let kill = 0; kill < KILLS; kill += 1) {
        await java.call('pumped', { name: topic, count: 200 });
        await broker.kill();
        await broker.restart();
      }
      await java.call('pumped', { name: topic, count: 200 });
      const acknowledged = await java.call<number[]>('stopPump', { name: topic });
      const total = acknowledged.reduce((sum, count) => sum + count, 0);
      const read = await javaReads(topic, total);
      for (const [partition, count] of acknowledged.entries()) {
        const values = read.filter((r) => r.partition === partition).map((r) => r.value);
        expect(values).toEqual(Array.from({ length: count }, (_, i) => `${partition}:${i}`));
      }
      const ends = await Promise.all(
        [0, 1, 2].map((partition) => java.call<number[]>('listOffsets', { topic, partition })),
      );
      expect(ends.map((offsets) => offsets[1])).toEqual(acknowledged);
    },
  );

  test.each(DIFFERENCES)('it differs, as told: $row', async (difference) => {
    topics += 1;
    const probe = { port: broker.port, java, topic: `difference-${topics}` };
    expect(await difference.probe(probe)).toEqual(difference[broker.kind]);
  });
});

test('every difference is told in the reference, and is one', () => {
  const page = readFileSync(
    join(import.meta.dirname, '../../../docs/reference/kafka-broker.md'),
    'utf8',
  );
  for (const { row, standIn, kafka } of DIFFERENCES) {
    expect(page).toContain(`| ${row} |`);
    expect(standIn).not.toEqual(kafka);
  }
});
