import { TEST_INTERNAL_TOKEN } from '@faultline/chassis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, type Shop } from './shop.ts';

const SERVICES = [
  'catalog',
  'inventory',
  'psp',
  'payments',
  'shipping',
  'notifications',
  'orders',
  'gateway',
  'edge',
  'loadgen',
];

interface OrdersFacts {
  orders: Record<'pending' | 'confirmed' | 'failed', number>;
  confirmedCents: number;
  sagas: Record<'running' | 'compensating' | 'completed' | 'compensated' | 'stuck', number>;
  outboxPending: number;
}

let shop: Shop;

beforeAll(async () => {
  shop = await openShop();
  await Promise.all([...SERVICES.map((name) => shop.start(name)), shop.start('orders', 2)]);
}, 180_000);

afterAll(() => shop[Symbol.asyncDispose](), 60_000);

async function call(method: string, path: string, body?: unknown, headers = {}) {
  const response = await fetch(`${shop.urlOf('edge')}${path}`, {
    method,
    headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

const order = (sku: string, quantity: number, key?: string, fulfilment = 'orchestrated') =>
  call(
    'POST',
    '/v1/orders',
    { customerId: 'ada', items: [{ sku, quantity }], fulfilment },
    key ? { 'idempotency-key': key } : {},
  );

/** Polls until the books are closed: no saga under way, every event out and told. */
async function quiesce(): Promise<OrdersFacts> {
  for (;;) {
    const facts = await shop.audit<OrdersFacts>('orders');
    const { running, compensating, stuck } = facts.sagas;
    if (running + compensating + stuck + facts.outboxPending === 0) {
      const { sent } = await shop.audit<{ sent: number }>('notifications');
      if (sent >= facts.orders.confirmed + facts.orders.failed) return facts;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Holds the books of all services against each other. */
async function expectBooksToAgree(): Promise<OrdersFacts> {
  const facts = await quiesce();
  const money = await shop.audit<{ capturedCents: number; refundedCents: number }>('payments');
  expect(money.capturedCents - money.refundedCents).toBe(facts.confirmedCents);
  expect(await shop.audit('psp')).toEqual(money);

  const orders = await shop.auditRows<{
    orderId: string;
    state: string;
    items: { sku: string; quantity: number }[];
  }>('orders');
  const confirmed = orders.filter(({ state }) => state === 'confirmed');
  const idsOf = (rows: { orderId: string }[]) => rows.map(({ orderId }) => orderId);
  expect(idsOf(await shop.auditRows('shipping'))).toEqual(idsOf(confirmed));
  expect(await shop.auditRows('inventory')).toEqual(
    confirmed.map(({ orderId, items }) => ({ orderId, items })),
  );
  const told = await shop.auditRows<{ orderId: string; confirmed: number; failed: number }>(
    'notifications',
  );
  expect(told).toEqual(
    orders.map(({ orderId, state }) => ({
      orderId,
      confirmed: state === 'confirmed' ? 1 : 0,
      failed: state === 'failed' ? 1 : 0,
    })),
  );
  const { stock } = await shop.audit<{
    stock: { sku: string; initial: number; available: number; reserved: number }[];
  }>('inventory');
  for (const { initial, available, reserved } of stock) expect(available + reserved).toBe(initial);
  return facts;
}

describe('the shop', () => {
  it('shows products with their stock', async () => {
    const { body } = await call('GET', '/v1/products?limit=2');
    expect((body['products'] as unknown[]).length).toBe(2);
    expect(await call('GET', '/v1/products/P-0001')).toMatchObject({
      status: 200,
      body: { sku: 'P-0001', priceCents: 4_900, stale: false, stock: { state: 'available' } },
    });
  });

  it('confirms an order and answers a repetition with the same order', async () => {
    const first = await order('P-0001', 2, 'key-1');
    expect(first).toMatchObject({ status: 201, body: { state: 'confirmed', totalCents: 9_800 } });
    expect(first.headers.get('x-correlation-id')).toMatch(/^[\w-]+$/);
    expect(await order('P-0001', 2, 'key-1')).toMatchObject({ status: 201, body: first.body });
    expect(await order('P-0001', 3, 'key-1')).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
    const path = first.headers.get('location');
    expect(await call('GET', path ?? '')).toMatchObject({
      status: 200,
      body: { state: 'confirmed', items: [{ sku: 'P-0001', name: 'Copper kettle' }] },
    });
    const history = await call('GET', '/v1/orders?customerId=ada');
    expect(history.body['orders']).toHaveLength(1);
  });

  it('refuses an order over the stock, over the card, and of nothing known', async () => {
    expect(await order('P-0040', 6)).toMatchObject({
      status: 409,
      body: { code: 'insufficient-stock' },
    });
    expect(await order('P-0003', 600)).toMatchObject({
      status: 402,
      body: { code: 'payment-declined' },
    });
    expect(await order('P-9999', 1)).toMatchObject({
      status: 422,
      body: { code: 'product-unknown' },
    });
    expect(await order('P-0001', 0)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'body.items.0.quantity', received: '0' }] },
    });
    const facts = await expectBooksToAgree();
    expect(facts.orders).toEqual({ pending: 0, confirmed: 1, failed: 2 });
  });

  it('compensates while payments are away and after they are back', async () => {
    const payments = shop.urlOf('payments');
    const before = await shop.audit<OrdersFacts>('orders');
    await stopAll('payments');
    const { status, body } = await order('P-0001', 1);
    expect([status, body['code']]).toEqual([503, 'payment-unavailable']);
    await shop.start('payments');
    expect(shop.urlOf('payments')).not.toBe(payments);
    const facts = await expectBooksToAgree();
    expect(facts.orders.failed).toBe(before.orders.failed + 1);
  });

  it('sells at a changed price while the catalog is away, and keeps the history of it', async () => {
    await shop.start('order-history');
    const changed = await fetch(`${shop.urlOf('catalog')}/internal/products/P-0007`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${TEST_INTERNAL_TOKEN}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ priceCents: 2_345 }),
    });
    expect(changed.status).toBe(200);
    interface Replica {
      replica: { sku: string; version: number }[];
    }
    const copied = async () =>
      (await shop.audit<Replica>('orders')).replica.find(({ sku }) => sku === 'P-0007')?.version;
    while ((await copied()) !== 2) await new Promise((resolve) => setTimeout(resolve, 50));
    await stopAll('catalog');
    expect(await order('P-0007', 2)).toMatchObject({
      status: 201,
      body: { state: 'confirmed', totalCents: 4_690 },
    });
    await shop.start('catalog');

    const facts = await expectBooksToAgree();
    interface Summary {
      orders: number;
      confirmed: number;
      failed: number;
      confirmedCents: number;
    }
    const { confirmed, failed } = facts.orders;
    for (;;) {
      const url = `${shop.urlOf('order-history')}/customers/ada/summary`;
      const summary = (await (await fetch(url)).json()) as Summary;
      if (
        summary.orders === confirmed + failed &&
        summary.confirmed + summary.failed === summary.orders
      ) {
        expect(summary).toMatchObject({ confirmed, failed, confirmedCents: facts.confirmedCents });
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });

  it('loses nothing and does nothing twice when services are killed under load', async () => {
    let stop = false;
    const statuses: number[] = [];
    const customer = async (fulfilment: string) => {
      while (!stop) {
        const answer = await order('P-0005', 1, undefined, fulfilment).catch(() => undefined);
        if (answer) statuses.push(answer.status);
      }
    };
    const customers = ['orchestrated', 'orchestrated', 'choreographed', 'choreographed'].map(
      customer,
    );
    for (const name of ['payments', 'orders', 'inventory', 'shipping', 'notifications']) {
      await waitForAnswers(statuses, 10);
      await stopAll(name);
      await shop.start(name);
    }
    await waitForAnswers(statuses, 10);
    stop = true;
    await Promise.all(customers);
    const facts = await expectBooksToAgree();
    expect(facts.orders.confirmed).toBeGreaterThan(10);
    expect(facts.orders.pending).toBe(0);
  }, 180_000);

  it('is played by the load generator, which counts what it sends', async () => {
    // Counting is tested here, not speed: a load that any machine bears.
    const load = {
      rps: 25,
      mix: { browse: 2, checkout: 1, history: 1 },
      seed: 1,
      enabled: true,
      declineRatio: 0.2,
    };
    const url = `${shop.urlOf('loadgen')}/load`;
    const authorization = `Bearer ${TEST_INTERNAL_TOKEN}`;
    const put = (body: unknown) =>
      fetch(url, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify(body),
      });
    expect((await put({ ...load, rps: 501 })).status).toBe(400);
    expect((await put(load)).status).toBe(200);
    const read = async () =>
      (await (await fetch(url, { headers: { authorization } })).json()) as {
        counts: Record<string, number>;
        inFlight: number;
      };
    while (((await read()).counts['answered'] ?? 0) < 75) await tick();
    await put({ ...load, enabled: false });
    while ((await read()).inFlight > 0) await tick();
    const { sent, answered, failed, dropped } = (await read()).counts;
    expect({ failed, dropped, unaccounted: (sent ?? 0) - (answered ?? 0) }).toEqual({
      failed: 0,
      dropped: 0,
      unaccounted: 0,
    });
    await expectBooksToAgree();
  });
});

const tick = () => new Promise((resolve) => setTimeout(resolve, 20));

async function waitForAnswers(statuses: readonly number[], count: number): Promise<void> {
  const target = statuses.length + count;
  while (statuses.length < target) await tick();
}

async function stopAll(service: string): Promise<void> {
  for (const instance of shop.running(service)) await instance.kill();
}
