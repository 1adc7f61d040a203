import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { defineService, type Chassis, type DomainEvent } from '@faultline/chassis';
import {
  startPostgres,
  startTestService,
  TEST_INTERNAL_TOKEN,
  type TestPostgres,
} from '@faultline/chassis/testing';
import { createBroker } from '@faultline/kafka-broker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProjectionStatus } from './projection/generations.ts';
import { service as definition } from './service.ts';

const resources = new AsyncDisposableStack();
let postgres: TestPostgres;
let brokers: { KAFKA_BROKERS: string };
let shop: Chassis;

beforeAll(async () => {
  postgres = resources.use(await startPostgres());
  const folder = await mkdtemp(join(tmpdir(), 'faultline-history-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const topics = [{ name: 'orders.events', partitions: 3 }, { name: 'orders.events.dlq' }];
  const broker = resources.use(await createBroker({ port: 0, dataDir: folder, topics }));
  brokers = { KAFKA_BROKERS: `${broker.host}:${broker.port}` };
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
});

afterAll(() => resources.disposeAsync());

interface History extends AsyncDisposable {
  url: string;
  get<Body>(path: string): Promise<Body>;
  rebuild(): Promise<ProjectionStatus>;
}

function clientOf(url: string, end: () => Promise<void>): History {
  const headers = { authorization: `Bearer ${TEST_INTERNAL_TOKEN}` };
  return {
    url,
    async get<Body>(path: string) {
      return (await (await fetch(url + path, { headers })).json()) as Body;
    },
    async rebuild() {
      const answer = await fetch(`${url}/internal/projection/rebuild`, { method: 'POST', headers });
      expect(answer.status).toBe(202);
      return (await answer.json()) as ProjectionStatus;
    },
    [Symbol.asyncDispose]: end,
  };
}

/** An instance in this process. */
async function start(url: string, number = 1): Promise<History> {
  const environment = { DATABASE_URL: url, INSTANCE_ID: `order-history-${number}`, ...brokers };
  const service = await startTestService(definition, environment);
  return clientOf(service.url, () => service.close());
}

/** An instance in a process of its own; disposing kills it without notice. */
async function startProcess(url: string): Promise<History> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: {
      PATH: process.env['PATH'],
      SERVICE_NAME: 'order-history',
      INSTANCE_ID: 'order-history-9',
      PORT: '0',
      REGISTRY_URL: 'http://127.0.0.1:9',
      INTERNAL_TOKEN: TEST_INTERNAL_TOKEN,
      DATABASE_URL: url,
      ...brokers,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const port = await new Promise<number>((resolve, reject) => {
    lines.on('line', (line) => {
      const { msg, port: ready } = JSON.parse(line) as { msg?: string; port?: number };
      if (msg === 'ready' && ready !== undefined) resolve(ready);
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
  return clientOf(`http://127.0.0.1:${port}`, async () => {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  });
}

function event(orderId: string, orderVersion: number, type: string, customerId = 'ada') {
  const payload = {
    orderId,
    orderVersion,
    customerId,
    items: [{ sku: 'P-0001', quantity: 2, name: 'Copper kettle', unitPriceCents: 4_900 }],
    totalCents: 9_800,
    currency: 'EUR',
    ...(type === 'order.failed'
      ? { failure: { step: 'charge', code: 'payment-declined', detail: 'declined' } }
      : {}),
  };
  const made: DomainEvent = {
    id: `${orderId}/${orderVersion}`,
    type,
    version: 1,
    occurredAt: 1_700_000_000_000 + Number(orderId.split('-')[1]) * 1_000 + orderVersion,
    key: orderId,
    correlationId: 'correlation-1',
    payload,
  };
  return made;
}

const send = (...events: DomainEvent[]) => shop.producer.send('orders.events', events);

async function settled(history: History, logged: number): Promise<ProjectionStatus> {
  for (;;) {
    const status = await history.get<ProjectionStatus>('/projection');
    if (status.head >= logged && status.lagEvents === 0 && !status.building) return status;
    await shop.clock.sleep(20);
  }
}

/** Everything that is served, to be compared before and after. */
async function everythingOf(history: History) {
  const orders = await history.get<{ orders: object[] }>('/orders?customerId=ada&limit=100');
  const { asOf: _, ...summary } = await history.get<{ asOf: number }>('/customers/ada/summary');
  const { products } = await history.get<{ products: object[] }>('/best-sellers');
  return { orders: orders.orders, summary, products };
}

interface Page {
  orders: { orderId: string; state: string }[];
  next: string | null;
  asOf: number;
  lagEvents: number;
}

describe('the history of orders', () => {
  let history: History;
  let url: string;

  beforeAll(async () => {
    url = await postgres.createDatabase('history_one');
    history = await start(url);
  });
  afterAll(() => history[Symbol.asyncDispose]());

  it('shows what happened to orders, once, and says as of when', async () => {
    const story = [
      event('order-1', 1, 'order.created'),
      event('order-1', 2, 'order.charged'),
      event('order-1', 3, 'order.confirmed'),
      event('order-2', 1, 'order.created'),
      event('order-2', 2, 'order.failed'),
      event('order-3', 1, 'order.created'),
    ];
    await send(...story);
    await send(...story);
    await settled(history, 6);
    const page = await history.get<Page>('/orders?customerId=ada');
    expect(page).toMatchObject({ lagEvents: 0, next: null });
    expect(page.asOf).toBeGreaterThan(1_700_000_000_000);
    expect(page.orders).toMatchObject([
      { orderId: 'order-3', state: 'pending' },
      { orderId: 'order-2', state: 'failed', failure: { code: 'payment-declined' } },
      {
        orderId: 'order-1',
        state: 'confirmed',
        totalCents: 9_800,
        items: [{ sku: 'P-0001', quantity: 2, name: 'Copper kettle', unitPriceCents: 4_900 }],
        fulfilment: { stock: 'none', payment: 'charged', shipment: 'none' },
      },
    ]);
    expect(await history.get('/customers/ada/summary')).toMatchObject({
      orders: 3,
      confirmed: 1,
      failed: 1,
      pending: 1,
      confirmedCents: 9_800,
    });
    expect(await history.get('/best-sellers')).toMatchObject({
      products: [{ sku: 'P-0001', units: 2, revenueCents: 9_800 }],
    });
  });

  it('tells the story of one order', async () => {
    const { timeline } = await history.get<{ timeline: { type: string }[] }>(
      '/orders/order-1/timeline',
    );
    expect(timeline.map(({ type }) => type)).toEqual([
      'order.created',
      'order.charged',
      'order.confirmed',
    ]);
    expect(await history.get('/orders/none/timeline')).toMatchObject({ code: 'order-not-found' });
  });

  it('is read page by page', async () => {
    const first = await history.get<Page>('/orders?customerId=ada&limit=2');
    expect(first.orders.map(({ orderId }) => orderId)).toEqual(['order-3', 'order-2']);
    const second = await history.get<Page>(`/orders?customerId=ada&limit=2&before=${first.next}`);
    expect(second.orders.map(({ orderId }) => orderId)).toEqual(['order-1']);
  });

  it('puts an event it cannot read aside and goes on', async () => {
    const unreadable = { ...event('order-4', 1, 'order.created'), payload: { orderId: 'order-4' } };
    await send(unreadable, { ...event('order-5', 1, 'order.created', 'grace'), key: 'order-4' });
    await settled(history, 7);
    expect(await history.get('/customers/grace/summary')).toMatchObject({ orders: 1 });
  });

  it('exposes its lag', async () => {
    const metrics = await (await fetch(`${history.url}/metrics`)).text();
    expect(metrics).toMatch(/^projection_lag_events(\{.*\})? 0$/m);
    expect(metrics).toMatch(/^projection_lag_seconds(\{.*\})? 0$/m);
  });

  it('is the same after a rebuild from the log, which keeps the log as it is', async () => {
    const before = await everythingOf(history);
    await history.rebuild();
    const status = await settled(history, 7);
    expect(status).toMatchObject({ head: 7, serving: { generation: 2 } });
    expect(status.rebuiltAt).not.toBeNull();
    expect(await everythingOf(history)).toEqual(before);
  });
});

/** A log of `orders` orders of ada with two events each, written at once. */
async function fillLog(url: string, orders: number): Promise<void> {
  const filler = defineService({
    name: 'filler',
    migrations: new URL('./migrations/', import.meta.url),
    calls: [],
    build: async ({ database }) => {
      const payload = event('order-1', 1, 'order.created').payload as object;
      await database.query(
        'fill log',
        `INSERT INTO history_log (position, event_id, type, version, order_id, correlation_id, payload, occurred_at)
         SELECT n, 'event-' || n, CASE WHEN n % 2 = 1 THEN 'order.created' ELSE 'order.confirmed' END,
           1, 'order-' || (n + 1) / 2, 'c',
           $1::jsonb || jsonb_build_object('orderId', 'order-' || (n + 1) / 2, 'orderVersion', 2 - n % 2),
           n FROM generate_series(1, $2::int) AS n`,
        [JSON.stringify(payload), orders * 2],
      );
      await database.query('move head', 'UPDATE history_head SET position = $1', [orders * 2]);
      return {};
    },
  });
  const service = await startTestService(filler, { DATABASE_URL: url });
  await service.close();
}

describe('a rebuild', () => {
  const ORDERS = 4_000;

  it('serves the old projection meanwhile, survives the death of its instance, and loses nothing', async () => {
    const url = await postgres.createDatabase('history_two');
    await fillLog(url, ORDERS);
    {
      await using first = await start(url);
      await settled(first, ORDERS * 2);
    }
    const doomed = await startProcess(url);
    const expected = { orders: ORDERS, confirmed: ORDERS, confirmedCents: ORDERS * 9_800 };
    await doomed.rebuild();
    let generation = 0;
    while (generation === 0) {
      const { building } = await doomed.get<ProjectionStatus>('/projection');
      // One that was over before anybody looked is no interruption: the next one may be.
      if (!building) await doomed.rebuild();
      else if (building.checkpoint > 0) generation = building.generation;
    }
    expect(await doomed.get('/customers/ada/summary')).toMatchObject(expected);
    await doomed[Symbol.asyncDispose]();

    await using second = await start(url, 2);
    const interrupted = await second.get<ProjectionStatus>('/projection');
    expect((interrupted.building ?? interrupted.serving).generation).toBe(generation);
    expect(await second.get('/customers/ada/summary')).toMatchObject(expected);
    const status = await settled(second, ORDERS * 2);
    expect(status.serving.generation).toBe(generation);
    expect(await second.get('/customers/ada/summary')).toMatchObject(expected);
    expect(await second.get('/best-sellers')).toMatchObject({ products: [{ units: ORDERS * 2 }] });
  }, 120_000);

  it('with two instances side by side and orders coming in counts each order once', async () => {
    const url = await postgres.createDatabase('history_three');
    await fillLog(url, 2_000);
    await using first = await start(url, 1);
    await using second = await start(url, 2);
    const before = (await settled(first, 4_000)).head;
    const customer = 'linus';
    const incoming = Array.from({ length: 60 }, (_, index) => `order-${90_000 + index}`);
    await Promise.all([first.rebuild(), second.rebuild()]);
    for (const orderId of incoming) {
      await send(
        event(orderId, 1, 'order.created', customer),
        event(orderId, 2, 'order.confirmed', customer),
      );
    }
    await settled(first, before + 120);
    await second.rebuild();
    for (;;) {
      await settled(second, before + 120);
      const summary = await second.get<{ orders: number }>(`/customers/${customer}/summary`);
      if (summary.orders === 60) break;
    }
    const summary = { orders: 60, confirmed: 60, confirmedCents: 60 * 9_800 };
    expect(await first.get(`/customers/${customer}/summary`)).toMatchObject(summary);
    expect(await first.get('/customers/ada/summary')).toMatchObject({
      orders: 2_000,
      confirmed: 2_000,
    });
  }, 120_000);
});
