import { EventEmitter, once } from 'node:events';
import { Kafka, logLevel, Partitioners, type Message, type ProducerRecord } from 'kafkajs';

/** A kafkajs client that does not log and retries soon. */
export function kafkajsOf(port: number): Kafka {
  return new Kafka({
    clientId: 'parity',
    brokers: [`127.0.0.1:${port}`],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 10 },
  });
}

/** Sends with kafkajs and returns where each message's batch went. */
export async function sendWithKafkajs(
  port: number,
  record: Omit<ProducerRecord, 'messages'> & { messages: Message[] },
) {
  const producer = kafkajsOf(port).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { initialRetryTime: 50, retries: 3 },
  });
  await producer.connect();
  try {
    return await producer.send(record);
  } finally {
    await producer.disconnect();
  }
}

/** A message as kafkajs reads it. */
export interface KafkajsMessage {
  partition: number;
  offset: number;
  key: string | null;
  value: string | null;
  headers: Record<string, string>;
}

/** A kafkajs consumer in a group. */
export interface KafkajsReader extends AsyncDisposable {
  readonly received: KafkajsMessage[];
  until(count: number): Promise<KafkajsMessage[]>;
  untilAssigned(count: number): Promise<void>;
}

/** Reads a topic from its beginning, or from where the group stopped. */
export async function readWithKafkajs(
  port: number,
  topic: string,
  groupId: string,
): Promise<KafkajsReader> {
  const consumer = kafkajsOf(port).consumer({
    groupId,
    sessionTimeout: 6000,
    heartbeatInterval: 100,
    maxWaitTimeInMs: 50,
  });
  const changes = new EventEmitter();
  const received: KafkajsMessage[] = [];
  let assigned = -1;
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    assigned = payload.memberAssignment[topic]?.length ?? 0;
    changes.emit('change');
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      received.push({
        partition,
        offset: Number(message.offset),
        key: message.key === null ? null : String(message.key),
        value: message.value === null ? null : String(message.value),
        headers: Object.fromEntries(
          Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
        ),
      });
      changes.emit('change');
    },
  });
  return {
    received,
    async until(count) {
      while (received.length < count) await once(changes, 'change');
      return received;
    },
    async untilAssigned(count) {
      while (assigned !== count) await once(changes, 'change');
    },
    [Symbol.asyncDispose]: () => consumer.disconnect(),
  };
}
