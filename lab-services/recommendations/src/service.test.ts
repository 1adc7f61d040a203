import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineService, type Chassis, type DomainEvent } from '@faultline/chassis';
import {
  startPostgres,
  startTestService,
  TEST_INTERNAL_TOKEN,
  type TestService,
} from '@faultline/chassis/testing';
import { createBroker } from '@faultline/kafka-broker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { service as recommendations } from './service.ts';

const resources = new AsyncDisposableStack();
let service: TestService;
let shop: Chassis;

beforeAll(async () => {
  const postgres = resources.use(await startPostgres());
  const folder = await mkdtemp(join(tmpdir(), 'faultline-recommendations-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const topics = [{ name: 'orders.events', partitions: 3 }, { name: 'orders.events.dlq' }];
  const broker = resources.use(await createBroker({ port: 0, dataDir: folder, topics }));
  const brokers = { KAFKA_BROKERS: `${broker.host}:${broker.port}` };
  const producer = defineService({
    name: 'shop',
    calls: [],
    events: true,
    build(chassis) {
      shop = chassis;
      return {};
    },
  });
  resources.use(await startTestService(producer, brokers));
  service = resources.use(
    await startTestService(recommendations, {
      DATABASE_URL: await postgres.createDatabase('recommendations'),
      ...brokers,
    }),
  );
});

afterAll(() => resources.disposeAsync());

function order(id: string, customerId: string, skus: string[], type = 'order.confirmed') {
  const event: DomainEvent = {
    id: `${type}-${id}`,
    type,
    version: 1,
    occurredAt: 0,
    key: id,
    correlationId: 'correlation-1',
    payload: { orderId: id, customerId, items: skus.map((sku) => ({ sku, quantity: 2 })) },
  };
  return event;
}

async function get(path: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${service.url}${path}`, {
    headers: { authorization: `Bearer ${TEST_INTERNAL_TOKEN}` },
  });
  return (await response.json()) as Record<string, unknown>;
}

/** Sends orders, each several times, and waits until all were learned. */
async function learn(events: DomainEvent[], productOrders: number): Promise<void> {
  for (let time = 0; time < 3; time++) await shop.producer.send('orders.events', events);
  while ((await get('/internal/audit'))['productOrders'] !== productOrders) {
    await shop.clock.sleep(20);
  }
}

describe('recommendations', () => {
  it('are empty before anything was learned', async () => {
    expect(await get('/recommendations?sku=P-0001')).toEqual({ basis: 'popular', products: [] });
  });

  it('are learned from confirmed orders, once from each, however often it is told', async () => {
    await learn(
      [
        order('o-1', 'ada', ['P-0001', 'P-0002', 'P-0002']),
        order('o-2', 'bob', ['P-0001', 'P-0002', 'P-0003']),
        order('o-3', 'cyd', ['P-0003', 'P-0004']),
        order('o-4', 'dan', ['P-0009'], 'order.failed'),
        order('o-5', 'dan', ['P-0009'], 'order.created'),
      ],
      7,
    );
    expect(await get('/internal/audit')).toEqual({
      purchases: 7,
      products: 4,
      pairs: 8,
      productOrders: 7,
    });
  });

  it('of a product are what was bought with it, most often first', async () => {
    expect(await get('/recommendations?sku=P-0001')).toEqual({
      basis: 'similar',
      products: [
        { sku: 'P-0002', orders: 2 },
        { sku: 'P-0003', orders: 1 },
      ],
    });
    expect((await get('/recommendations?sku=P-0001&limit=1'))['products']).toHaveLength(1);
  });

  it('for a customer are new to the customer, and never what is looked at', async () => {
    expect(await get('/recommendations?user=ada')).toEqual({
      basis: 'personal',
      products: [{ sku: 'P-0003', orders: 2 }],
    });
    expect(await get('/recommendations?user=ada&sku=P-0003')).toMatchObject({ basis: 'similar' });
  });

  it('are the popular ones where nothing is known', async () => {
    const popular = ['P-0001', 'P-0002', 'P-0003', 'P-0004'];
    for (const path of ['/recommendations?user=new&sku=P-0030', '/popular']) {
      const { basis, products } = await get(path);
      expect(basis).toBe('popular');
      expect((products as { sku: string }[]).map(({ sku }) => sku)).toEqual(popular);
    }
  });

  it.each(['sku=a%20b', 'limit=0', 'limit=51', 'user=a%2Fb'])('refuse %s', async (query) => {
    expect(await get(`/recommendations?${query}`)).toMatchObject({ code: 'invalid-request' });
  });
});
