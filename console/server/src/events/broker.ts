import { connect } from 'node:net';
import type { Admin, Message as Outgoing } from 'kafkajs';
import { openReader, type Reader } from './reader.ts';

/** A message as the broker has it; nothing of it can be trusted. */
export interface RawMessage {
  partition: number;
  offset: number;
  /** When it was written, epoch milliseconds. */
  at: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: { name: string; value: Buffer }[];
}

/** Where a partition begins, and the offset that its next message gets. */
export interface PartitionEnds {
  partition: number;
  low: number;
  high: number;
}

/** A consumer group: who is in it and how far it is. */
export interface BrokerGroup {
  group: string;
  state: string;
  members: { id: string; clientId: string; assigned: Record<string, number[]> }[];
  committed: { topic: string; partition: number; offset: number }[];
}

/** The broker as the console needs it. Nothing here joins, moves or commits for a group. */
export interface Broker extends AsyncDisposable, Reader {
  /** Names of all topics but the broker's own. */
  topics(): Promise<string[]>;
  ends(topic: string): Promise<PartitionEnds[]>;
  groups(): Promise<BrokerGroup[]>;
  /** Resolves when the broker acknowledged all (acks=all, idempotent). */
  publish(topic: string, messages: Outgoing[]): Promise<void>;
}

/** A request that takes longer failed, milliseconds. Two of them fit in the time of an answer. */
const CONNECT_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 2_000;
const MOST_GROUPS = 100;

/** Opens a connection straight to the broker; the library is loaded when somebody first looks. */
export async function openBroker(host: string, port: number): Promise<Broker> {
  const { Kafka, logLevel, AssignerProtocol } = await import('kafkajs');
  const options = {
    clientId: 'faultline-console',
    brokers: [`${host}:${port}`],
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    enforceRequestTimeout: true,
    retry: { retries: 0 },
    // Whatever address the broker advertises: that may be a name of another network.
    socketFactory: ({ onConnect }: { onConnect: () => void }) =>
      connect({ host, port, noDelay: true }, onConnect),
    logLevel: logLevel.NOTHING,
  };
  const kafka = new Kafka(options);
  const admin = kafka.admin();
  await using startup = new AsyncDisposableStack();
  startup.defer(() => admin.disconnect().catch(() => undefined));
  await admin.connect();
  const reader = startup.use(await openReader(options));
  const parts = startup.move();
  return {
    read: (request) => reader.read(request),
    topics: async () => (await admin.listTopics()).filter((name) => !name.startsWith('__')).sort(),
    async ends(topic) {
      const ends = await admin.fetchTopicOffsets(topic);
      return ends
        .map(({ partition, low, high }) => ({ partition, low: Number(low), high: Number(high) }))
        .sort((a, b) => a.partition - b.partition);
    },
    groups: () => readGroups(admin, (bytes) => AssignerProtocol.MemberAssignment.decode(bytes)),
    async publish(topic, messages) {
      const producer = kafka.producer({
        ...{ idempotent: true, allowAutoTopicCreation: false },
        retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 400 },
      });
      try {
        await producer.connect();
        await producer.send({ topic, messages, acks: -1 });
      } finally {
        await producer.disconnect().catch(() => undefined);
      }
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

type DecodeAssignment = (bytes: Buffer) => { assignment: Record<string, number[]> } | null;

async function readGroups(admin: Admin, decode: DecodeAssignment): Promise<BrokerGroup[]> {
  const listed = (await admin.listGroups()).groups
    .filter(({ protocolType }) => protocolType === 'consumer' || protocolType === '')
    .slice(0, MOST_GROUPS);
  if (listed.length === 0) return [];
  const { groups } = await admin.describeGroups(listed.map(({ groupId }) => groupId));
  return Promise.all(
    groups.map(async ({ groupId, state, members }) => ({
      group: groupId,
      state,
      members: members.map(({ memberId, clientId, memberAssignment }) => ({
        id: memberId,
        clientId,
        assigned: tryAssignment(decode, memberAssignment),
      })),
      committed: (await admin.fetchOffsets({ groupId })).flatMap(({ topic, partitions }) =>
        partitions
          .map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) }))
          .filter(({ offset }) => offset >= 0),
      ),
    })),
  );
}

/** What a member was assigned is the group's own bytes: another client may write them otherwise. */
function tryAssignment(decode: DecodeAssignment, bytes: Buffer): Record<string, number[]> {
  try {
    return bytes.length === 0 ? {} : (decode(bytes)?.assignment ?? {});
  } catch {
    return {};
  }
}
