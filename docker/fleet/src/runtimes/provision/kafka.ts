import { connect } from 'node:net';
import type { Clock } from '@faultline/chassis/core';
import { Kafka, logLevel } from 'kafkajs';
import { patiently } from './patiently.ts';

const CONNECT_TIMEOUT_MS = 1000;
const REQUEST_TIMEOUT_MS = 5000;

/** Waits until the broker answers, then makes the topics that are missing. */
export function provisionKafka(
  address: { host: string; port: number },
  topics: readonly { name: string; partitions: number }[],
  clock: Clock,
  gone: AbortSignal,
): Promise<void> {
  return patiently(() => createMissing(address, topics), clock, gone);
}

async function createMissing(
  { host, port }: { host: string; port: number },
  topics: readonly { name: string; partitions: number }[],
): Promise<void> {
  const kafka = new Kafka({
    clientId: 'fleet',
    brokers: [`${host}:${port}`],
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    enforceRequestTimeout: true,
    retry: { retries: 0 },
    // The broker advertises its name in the lab's network, which is not one out here.
    socketFactory: ({ onConnect }) => connect({ host, port, noDelay: true }, onConnect),
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const present = new Set(await admin.listTopics());
    const missing = topics.filter(({ name }) => !present.has(name));
    if (missing.length === 0) return;
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map(({ name, partitions }) => ({
        topic: name,
        numPartitions: partitions,
        replicationFactor: 1,
      })),
    });
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
