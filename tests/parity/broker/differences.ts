import type { JavaClient } from '../../real-parts/kafka-client/client.ts';
import { apiRanges, requestFrame, sendFrame } from './frames.ts';

/** What a probe looks with. */
export interface Probe {
  port: number;
  java: JavaClient;
  /** A topic name that was not used before. */
  topic: string;
}

/** A deliberate difference: seen from outside, told in docs/reference/kafka-broker.md. */
export interface Difference {
  /** The first cell of its row there, word for word. */
  row: string;
  probe(probe: Probe): Promise<unknown>;
  standIn: unknown;
  kafka: unknown;
}

/** Apart from these, both brokers give the same results in this suite. */
export const DIFFERENCES: readonly Difference[] = [
  {
    row: 'no transactions: `transactional.id` is refused with `INVALID_REQUEST`',
    probe: ({ java, topic }) => outcomeOf(java.call('transaction', { topic })),
    standIn: 'KafkaException',
    kafka: 'done',
  },
  {
    row: 'no SASL, TLS, ACLs, quotas',
    probe: async ({ port }) => (await apiRanges(port)).has(29),
    standIn: false,
    kafka: true,
  },
  {
    row: 'only classic groups; the consumer protocol of KIP-848 is not offered',
    async probe({ java, topic }) {
      await java.call('createTopic', { topic, partitions: 1 });
      await java.call('produce', { topic, messages: [{ value: 'a' }] });
      const config = { 'group.id': topic, 'group.protocol': 'consumer' };
      await java.call('read', { name: topic, topic, config });
      const outcome = await outcomeOf(java.call('readUntil', { name: topic, count: 1 }));
      await java.call('close', { name: topic });
      return outcome;
    },
    standIn: 'UnsupportedVersionException',
    kafka: 'done',
  },
  {
    row: 'no topic ids: Fetch up to version 12, Produce up to 9, Metadata up to 9',
    async probe({ port }) {
      const ranges = await apiRanges(port);
      return [0, 1, 3].map((key) => ranges.get(key)?.[1]);
    },
    standIn: [9, 12, 9],
    kafka: [13, 18, 13],
  },
  {
    row: 'by time, a Snappy or LZ4 batch is found by its first record',
    probe: ({ java, topic }) => findInBatch(java, topic, 'lz4'),
    standIn: [0],
    kafka: [5],
  },
  {
    row: 'fetch sessions are declined (session id 0)',
    async probe({ port, java, topic }) {
      await java.call('createTopic', { topic, partitions: 1 });
      const frame = await sendFrame(port, requestFrame(1, 7, fetchBody(topic)));
      // correlation_id throttle_time_ms error_code session_id
      return frame === 'closed' ? frame : frame.readInt32BE(10) !== 0;
    },
    standIn: false,
    kafka: true,
  },
  {
    row: 'retention by size only, `cleanup.policy=delete` only; committed offsets do not expire',
    probe: ({ java, topic }) => {
      const configs = { 'cleanup.policy': 'compact' };
      return outcomeOf(java.call('createTopic', { topic, partitions: 1, configs }));
    },
    standIn: 'InvalidConfigurationException',
    kafka: 'done',
  },
  {
    row: 'session timeouts from 100 ms, initial rebalance delay 50 ms (6 s and 3 s there)',
    async probe({ java, topic }) {
      await java.call('createTopic', { topic, partitions: 1 });
      const config = {
        'group.id': topic,
        'session.timeout.ms': '1000',
        'heartbeat.interval.ms': '200',
      };
      await java.call('read', { name: topic, topic, config });
      const outcome = await outcomeOf(java.call('assigned', { name: topic, count: 1 }));
      await java.call('close', { name: topic });
      return outcome;
    },
    standIn: 'done',
    kafka: 'InvalidSessionTimeoutException',
  },
];

/** The offset of the sixth of ten messages in one batch, looked for by its time. */
export async function findInBatch(java: JavaClient, topic: string, codec: string) {
  await java.call('createTopic', { topic, partitions: 1 });
  const messages = Array.from({ length: 10 }, (_, i) => ({ value: `${i}`, timestamp: 1000 + i }));
  const config = { 'compression.type': codec, 'linger.ms': '300' };
  await java.call('produce', { topic, messages, config });
  return java.call('offsetsForTimes', { topic, partition: 0, times: [1005] });
}

function outcomeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'done',
    (error: Error) => error.name,
  );
}

/** Fetch version 7: begins a session and asks for one partition. */
function fetchBody(topic: string): Buffer {
  const int32 = (...values: number[]) => {
    const bytes = Buffer.alloc(values.length * 4);
    values.forEach((value, index) => bytes.writeInt32BE(value, index * 4));
    return bytes;
  };
  const name = Buffer.concat([Buffer.from([0, topic.length]), Buffer.from(topic)]);
  const partition = int32(0, 0, 0, -1, -1, 1000);
  return Buffer.concat([
    int32(-1, 0, 0, 1000),
    Buffer.from([0]),
    ...[int32(0, 0, 1), name, int32(1), partition, int32(0)],
  ]);
}
