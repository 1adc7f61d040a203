import type { ServiceDefinition } from '@faultline/chassis';
import { createBroker } from '@faultline/kafka-broker';
import { createTestRegistry, startPostgres, startTestService } from '@faultline/chassis/testing';
import { Kafka, logLevel } from 'kafkajs';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A provider that runs, and how it is brought into the states that consumers speak of. */
export interface TestProvider extends AsyncDisposable {
  readonly url: string;
  readonly states: Record<string, () => Promise<void>>;
}

/** A service with all that it needs: database, broker, and a registry for its links. */
export interface RunningParticipant extends AsyncDisposable {
  readonly url: string;
  /** Sends JSON and fails on an answer that is no 2xx. */
  send(method: string, path: string, body?: unknown, key?: string): Promise<unknown>;
  /** Publishes a message, its value as JSON; only for a service with events. */
  publish(topic: string, value: unknown): Promise<void>;
  /** Values of all messages of a topic so far, oldest first, parsed. */
  published(topic: string): Promise<unknown[]>;
}

/**
 * Starts a service of the shop in this process.
 *
 * @param links base URL by callee; a callee that is missing has no instance
 */
export async function startParticipant(
  definition: ServiceDefinition,
  links: Readonly<Record<string, string>> = {},
): Promise<RunningParticipant> {
  await using startup = new AsyncDisposableStack();
  const registry = startup.use(await createTestRegistry());
  for (const callee of definition.calls) {
    const url = links[callee];
    registry.setLink(`${definition.name}->${callee}`, url === undefined ? [] : [url], {
      retry: { enabled: false },
      breaker: { enabled: false },
      timeout: { attemptMs: 10_000 },
    });
  }
  const environment: Record<string, string> = { REGISTRY_URL: registry.url };
  if (definition.migrations) {
    const postgres = startup.use(await startPostgres());
    environment['DATABASE_URL'] = await postgres.createDatabase(definition.name);
  }
  if (definition.events) {
    const folder = await mkdtemp(join(tmpdir(), 'faultline-pact-broker-'));
    startup.defer(() => rm(folder, { recursive: true, force: true }));
    const broker = startup.use(await createBroker({ port: 0, dataDir: folder }));
    environment['KAFKA_BROKERS'] = `${broker.host}:${broker.port}`;
  }
  const service = startup.use(await startTestService(definition, environment));
  const kafka = new Kafka({
    brokers: [environment['KAFKA_BROKERS'] ?? '127.0.0.1:9'],
    logLevel: logLevel.NOTHING,
  });
  const parts = startup.move();
  return {
    url: service.url,
    async send(method, path, body, key) {
      const response = await fetch(`${service.url}${path}`, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
      return text === '' ? undefined : (JSON.parse(text) as unknown);
    },
    async publish(topic, value) {
      const producer = kafka.producer();
      await producer.connect();
      await producer.send({ topic, messages: [{ key: 'key', value: JSON.stringify(value) }] });
      await producer.disconnect();
    },
    published: (topic) => readTopic(kafka, topic),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Reads what is there at the moment; with a group of its own, which disturbs nobody. */
async function readTopic(kafka: Kafka, topic: string): Promise<unknown[]> {
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const expected = ends.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  const values: unknown[] = [];
  if (expected === 0) return values;
  const consumer = kafka.consumer({ groupId: `pact-${randomUUID()}`, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const all = Promise.withResolvers<void>();
  await consumer.run({
    async eachMessage({ message }) {
      values.push(JSON.parse(message.value?.toString('utf8') ?? 'null'));
      if (values.length >= expected) all.resolve();
    },
  });
  await all.promise;
  await consumer.disconnect();
  return values;
}
