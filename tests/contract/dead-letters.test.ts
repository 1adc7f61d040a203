import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineService, type Chassis } from '@faultline/chassis';
import { initialServicePolicy } from '@faultline/chassis/core';
import {
  createTestRegistry,
  startPostgres,
  startTestService,
  TEST_INTERNAL_TOKEN,
  type TestRegistry,
  type TestService,
} from '@faultline/chassis/testing';
import { createBroker, type Broker } from '@faultline/kafka-broker';
import { service as notifications } from '@faultline/notifications';
import { createMemoryFleet } from '@faultline/scenarios/testing';
import { createControlPlane, type ControlPlane } from '@faultline/server';
import {
  messagePageSchema,
  redriveResultSchema,
  topicsSchema,
  type TopicGroup,
} from '@faultline/server/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../lab/wait.ts';

const ATTEMPTS = 3;
const POLICY = initialServicePolicy(['inbox', 'deadLetter']);

const resources = new AsyncDisposableStack();
let folder: string;
let broker: Broker;
let registry: TestRegistry;
let plane: ControlPlane;
let database: string;
let producer: Chassis['producer'];

function deadLetters(enabled: boolean): void {
  registry.set({ service: { ...POLICY, deadLetter: { enabled, attempts: ATTEMPTS } } });
}

async function openPlane(dataDir: string): Promise<ControlPlane> {
  const fleet = createMemoryFleet({
    ...{ services: {}, links: [] },
    resources: { kafka: ['kafka-1'] },
  });
  fleet.setDirectUrl('kafka', `http://127.0.0.1:${broker.port}`);
  return createControlPlane({
    ...{ createFleet: () => fleet, collectorUrl: 'http://127.0.0.1:9', dataDir },
    webRoot: join(folder, 'web'),
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faultline-dead-letters-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const postgres = resources.use(await startPostgres());
  database = await postgres.createDatabase('notifications');
  const topics = [{ name: 'orders.events', partitions: 1 }, { name: 'orders.events.dlq' }];
  broker = resources.use(await createBroker({ port: 0, dataDir: join(folder, 'kafka'), topics }));
  registry = resources.use(await createTestRegistry());
  deadLetters(true);
  plane = await openPlane(join(folder, 'data'));
  resources.defer(() => plane.close());
  const shop = defineService({
    ...{ name: 'shop', calls: [], events: true },
    build(chassis) {
      ({ producer } = chassis);
      return {};
    },
  });
  resources.use(await startTestService(shop, environment()));
});
afterAll(() => resources.disposeAsync());

function environment(): Record<string, string> {
  return { KAFKA_BROKERS: `127.0.0.1:${broker.port}`, REGISTRY_URL: registry.url };
}

/** The same consumer group with a mistake in it: what a deployment brings, and another takes away. */
const mistaken = defineService({
  ...{ name: 'notifications', calls: [], events: true },
  build: () => ({
    consumers: [
      {
        ...{ topic: 'orders.events', group: 'notifications' },
        handle: () => Promise.reject(new Error('no template for order.confirmed')),
      },
    ],
  }),
});

function startNotifications(): Promise<TestService> {
  return startTestService(notifications, { ...environment(), DATABASE_URL: database });
}

function confirmed(orderId: string, payload: object = {}) {
  return {
    ...{ id: `event-of-${orderId}`, type: 'order.confirmed', version: 1, occurredAt: 1 },
    ...{ key: orderId, correlationId: `request-of-${orderId}` },
    payload: { orderId, customerId: 'ada', totalCents: 4_900, currency: 'EUR', ...payload },
  };
}

async function api(path: string, body?: object, at = plane): Promise<unknown> {
  const response = await fetch(`${at.url}/api/topics${path}`, {
    ...(body && {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(JSON.stringify(answer));
  return answer;
}

async function deadLetterOf(orderId: string) {
  const { messages } = messagePageSchema.parse(await api('/orders.events/deadletters'));
  return messages.find(({ key }) => key?.text === orderId);
}

async function readerOf(topic: string): Promise<TopicGroup | undefined> {
  const { topics } = topicsSchema.parse(await api(''));
  return topics.find(({ name }) => name === topic)?.groups[0];
}

async function toldOf(service: TestService): Promise<Record<string, number>> {
  const response = await fetch(`${service.url}/internal/audit/orders`, {
    headers: { authorization: `Bearer ${TEST_INTERNAL_TOKEN}` },
  });
  const { rows } = (await response.json()) as { rows: { orderId: string; confirmed: number }[] };
  return Object.fromEntries(rows.map((row) => [row.orderId, row.confirmed]));
}

describe('a message that a consumer cannot handle', () => {
  it('becomes a dead letter after so many attempts, and is redriven when the cause is gone, once', async () => {
    {
      await using _ = await startTestService(mistaken, environment());
      await producer.send('orders.events', [confirmed('order-1')]);
      const letter = await until('a dead letter', () => deadLetterOf('order-1'));
      expect(letter).toMatchObject({
        correlationId: 'request-of-order-1',
        event: { type: 'order.confirmed' },
        deadLetter: {
          reason: 'Error: no template for order.confirmed',
          ...{ attempts: ATTEMPTS, group: 'notifications', redrivenAt: null },
          source: { topic: 'orders.events', partition: 0, offset: 0 },
        },
      });
      expect(letter?.traceId).toMatch(/^[0-9a-f]{32}$/);
    }
    await using service = await startNotifications();
    const redrive = async (at = plane) =>
      redriveResultSchema.parse(await api('/orders.events/redrive', { all: true }, at));
    expect(await redrive()).toMatchObject({ sent: 1, failed: [], waiting: 0 });
    await until('the customer told', async () => (await toldOf(service))['order-1'] === 1);
    expect(await redrive()).toMatchObject({ sent: 0, skipped: 1 });
    expect((await deadLetterOf('order-1'))?.deadLetter?.redrivenAt).toBeGreaterThan(0);

    // A control plane that lost its marks sends again: the inbox knows the event.
    const forgetful = await openPlane(join(folder, 'other-data'));
    expect(await redrive(forgetful)).toMatchObject({ sent: 1 });
    await forgetful.close();
    await producer.send('orders.events', [confirmed('order-2')]);
    await until('the next customer told', async () => (await toldOf(service))['order-2'] === 1);
    expect(await toldOf(service)).toEqual({ 'order-1': 1, 'order-2': 1 });
  });

  it('blocks its partition without dead letters: the lag grows and never drains', async () => {
    deadLetters(false);
    await using service = await startNotifications();
    await until('a reader', async () => (await readerOf('orders.events'))?.members.length === 1);
    await producer.send('orders.events', [confirmed('order-3', { totalCents: 'many' })]);
    for (const id of ['order-4', 'order-5']) {
      await producer.send('orders.events', [confirmed(id)]);
      await until('measured', async () => ((await readerOf('orders.events'))?.lag ?? 0) > 0);
    }
    const blocked = await until('a reader that is stuck', async () => {
      const reader = await readerOf('orders.events');
      return reader?.state === 'stuck' && reader.lag === 3 ? reader : undefined;
    });
    expect(blocked).toMatchObject({ drainMs: null, outPerS: 0 });

    deadLetters(true);
    await until('the others told', async () => (await toldOf(service))['order-5'] === 1);
    expect((await deadLetterOf('order-3'))?.deadLetter?.reason).toContain('UnreadableEventError');
    await until('nothing before it', async () => (await readerOf('orders.events'))?.lag === 0);
  });
});
