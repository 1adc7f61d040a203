import { createRequire } from 'node:module';
import type { KafkaConfig, KafkaMessage } from 'kafkajs';
import type { RawMessage } from './broker.ts';

/** Reads messages by their offsets, without a consumer group. */
export interface Reader extends AsyncDisposable {
  /**
   * Messages from offset `from` on, in order; at most about `maxBytes`, but at least one if there
   * is any. Empty: nothing came within a moment.
   */
  read(request: ReadRequest): Promise<RawMessage[]>;
}

/** What to read. */
export interface ReadRequest {
  topic: string;
  partition: number;
  from: number;
  maxBytes: number;
}

/** How long the broker may wait for a message to come, milliseconds. */
const WAIT_MS = 100;

interface FetchedPartition {
  partition: number;
  messages: (KafkaMessage & { isControlRecord?: boolean })[];
}

/** The part of the library below its consumer, as of the version that package.json pins. */
interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
  findBroker(which: { nodeId: string }): Promise<{
    fetch(request: object): Promise<{ responses: { partitions: FetchedPartition[] }[] }>;
  }>;
}

/**
 * Opens a reader. The library's consumer always joins a group, and groups are what is looked at
 * here: so its protocol layer is used, which fetches by offset and leaves no trace on the broker.
 */
export async function openReader(options: KafkaConfig & { logLevel: number }): Promise<Reader> {
  const require = createRequire(import.meta.url);
  const createCluster = require('kafkajs/src/cluster') as new (options: object) => Cluster;
  const createLogger = (
    require('kafkajs/src/loggers') as { createLogger: (options: object) => object }
  ).createLogger;
  const cluster = new createCluster({
    ...options,
    logger: createLogger({ level: options.logLevel, logCreator: () => () => undefined }),
    metadataMaxAge: 60_000,
    allowAutoTopicCreation: false,
    maxInFlightRequests: null,
  });
  await cluster.connect();
  return {
    async read({ topic, partition, from, maxBytes }) {
      await cluster.addTargetTopic(topic);
      const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
      if (nodeId === undefined) return [];
      const broker = await cluster.findBroker({ nodeId });
      const { responses } = await broker.fetch({
        replicaId: -1,
        isolationLevel: 0,
        maxWaitTime: WAIT_MS,
        minBytes: 1,
        maxBytes,
        topics: [{ topic, partitions: [{ partition, fetchOffset: String(from), maxBytes }] }],
      });
      const [fetched] = responses.flatMap(({ partitions }) => partitions);
      // A batch is sent whole, also when only its end was asked for.
      return (fetched?.messages ?? [])
        .filter((message) => !message.isControlRecord && Number(message.offset) >= from)
        .map((message) => asRaw(partition, message));
    },
    [Symbol.asyncDispose]: () => cluster.disconnect().catch(() => undefined),
  };
}

function asRaw(partition: number, message: KafkaMessage): RawMessage {
  return {
    partition,
    offset: Number(message.offset),
    at: Number(message.timestamp),
    key: message.key,
    value: message.value,
    headers: Object.entries(message.headers ?? {}).flatMap(([name, values]) =>
      [values ?? []].flat().map((value) => ({ name, value: Buffer.from(value) })),
    ),
  };
}
