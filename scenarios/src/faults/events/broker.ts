import { connect } from 'node:net';
import type { Message } from 'kafkajs';

const CONNECT_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 2_000;

/**
 * Writes messages straight to the broker at `url`, past the proxies of links. Resolves when it
 * acknowledged all.
 *
 * @throws when it refuses, for instance a topic that there is not, or cannot be reached
 */
export async function publish(url: string, topic: string, messages: Message[]): Promise<void> {
  const { hostname: host, port } = new URL(url);
  // Loaded when it is first needed: a lab without such faults does without.
  const { Kafka, logLevel } = await import('kafkajs');
  const kafka = new Kafka({
    clientId: 'faultline-faults',
    brokers: [`${host}:${port}`],
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { retries: 0 },
    // Whatever address the broker advertises: that may be a name of another network.
    socketFactory: ({ onConnect }: { onConnect: () => void }) =>
      connect({ host, port: Number(port), noDelay: true }, onConnect),
    logLevel: logLevel.NOTHING,
  });
  const producer = kafka.producer({ allowAutoTopicCreation: false, retry: { retries: 0 } });
  try {
    await producer.connect();
    await producer.send({ topic, messages, acks: -1 });
  } finally {
    await producer.disconnect().catch(() => undefined);
  }
}
