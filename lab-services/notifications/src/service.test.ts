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
import { service as notifications } from './service.ts';

const resources = new AsyncDisposableStack();
let service: TestService;
let shop: Chassis;

beforeAll(async () => {
  const postgres = resources.use(await startPostgres());
  const folder = await mkdtemp(join(tmpdir(), 'faultline-notifications-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const broker = resources.use(
    await createBroker({
      port: 0,
      dataDir: folder,
      topics: [{ name: 'orders.events', partitions: 2 }, { name: 'orders.events.dlq' }],
    }),
  );
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
    await startTestService(notifications, {
      DATABASE_URL: await postgres.createDatabase('notifications'),
      ...brokers,
    }),
  );
});

afterAll(() => resources.disposeAsync());

function orderEvent(orderId: string, type = 'order.confirmed', id = `event-of-${orderId}`) {
  const payload = { orderId, customerId: 'ada', totalCents: 4_900, currency: 'EUR' };
  const event: DomainEvent = {
    id,
    type,
    version: 1,
    occurredAt: 0,
    key: orderId,
    correlationId: 'correlation-1',
    payload,
  };
  return event;
}

async function get<Body>(path: string): Promise<Body> {
  const response = await fetch(`${service.url}${path}`, {
    headers: { authorization: `Bearer ${TEST_INTERNAL_TOKEN}` },
  });
  return (await response.json()) as Body;
}

interface Row {
  orderId: string;
  confirmed: number;
  failed: number;
}

async function rowsWhen(settled: (rows: Row[]) => boolean): Promise<Row[]> {
  for (;;) {
    const { rows } = await get<{ rows: Row[] }>('/internal/audit/orders');
    if (settled(rows)) return rows;
    await shop.clock.sleep(20);
  }
}

const isTold = (orderId: string) => (rows: Row[]) => rows.some((row) => row.orderId === orderId);

describe('notifications', () => {
  it('tell each order once, however often its event is delivered', async () => {
    const events = ['order-1', 'order-2'].map((orderId) => orderEvent(orderId));
    for (let time = 0; time < 5; time++) await shop.producer.send('orders.events', events);
    await shop.producer.send('orders.events', [orderEvent('order-1', 'order.created', 'other')]);
    // The partitions of both orders are read past their duplicates when these two are told.
    await shop.producer.send('orders.events', [
      { ...orderEvent('order-3', 'order.failed'), key: 'order-1' },
      { ...orderEvent('order-4', 'order.failed'), key: 'order-2' },
    ]);
    const rows = await rowsWhen((told) => isTold('order-3')(told) && isTold('order-4')(told));
    expect(rows).toEqual([
      { orderId: 'order-1', confirmed: 1, failed: 0 },
      { orderId: 'order-2', confirmed: 1, failed: 0 },
      { orderId: 'order-3', confirmed: 0, failed: 1 },
      { orderId: 'order-4', confirmed: 0, failed: 1 },
    ]);
  });

  it('give up on an event they cannot read and go on with the next', async () => {
    const unreadable = { ...orderEvent('order-5'), payload: { orderId: 'order-5' } };
    await shop.producer.send('orders.events', [
      unreadable,
      { ...orderEvent('order-6'), key: 'order-5' },
    ]);
    await rowsWhen(isTold('order-6'));
    expect(await get('/internal/audit')).toEqual({ sent: 5, deadLettered: 1 });
  });

  it('tell when the event comes again and can be read', async () => {
    await shop.producer.send('orders.events', [orderEvent('order-5')]);
    await rowsWhen(isTold('order-5'));
    expect(await get('/internal/audit')).toEqual({ sent: 6, deadLettered: 0 });
  });

  it('can be looked up by order', async () => {
    const { notifications: found } = await get<{ notifications: { message: string }[] }>(
      '/notifications?orderId=order-1',
    );
    expect(found.map(({ message }) => message)).toEqual([
      'Your order order-1 over 49.00 EUR is on its way.',
    ]);
  });
});
