import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createTestRegistry,
  startTestService,
  TEST_INTERNAL_TOKEN,
  type TestRegistry,
  type TestService,
} from '@faultline/chassis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { service as gateway } from './service.ts';

/** A service behind the gateway that answers what the test wants. */
interface Backend {
  answer: (request: IncomingMessage) => { status: number; body: unknown } | undefined;
  readonly seen: IncomingMessage[];
}

const resources = new AsyncDisposableStack();
const product = {
  sku: 'P-0001',
  name: 'Copper kettle',
  description: 'Whistles',
  priceCents: 4_900,
  currency: 'EUR',
};
let registry: TestRegistry;
let service: TestService;
let catalog: Backend;
let inventory: Backend;
let orders: Backend;
let recommendations: Backend;
let history: Backend;

beforeAll(async () => {
  registry = resources.use(await createTestRegistry());
  [catalog, inventory, orders, recommendations, history] = await Promise.all([
    startBackend('catalog'),
    startBackend('inventory'),
    startBackend('orders'),
    startBackend('recommendations'),
    startBackend('order-history'),
  ]);
  service = resources.use(await startTestService(gateway, { REGISTRY_URL: registry.url }));
});

afterAll(() => resources.disposeAsync());

async function startBackend(name: string): Promise<Backend> {
  const backend: Backend = { answer: () => undefined, seen: [] };
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    backend.seen.push(request);
    request.resume();
    const answer = backend.answer(request);
    if (!answer) return void response.destroy();
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  resources.defer(() => server.closeAllConnections());
  resources.defer(() => void server.close());
  registry.setLink(`gateway->${name}`, [(server.address() as AddressInfo).port], {
    retry: { enabled: false },
    breaker: { enabled: false },
  });
  return backend;
}

async function call(method: string, path: string, body?: unknown, headers = {}) {
  const response = await fetch(`${service.url}${path}`, {
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

const refuse = (status: number, code: string) => () => ({
  status,
  body: { type: 'about:blank', title: 'No', status, code, detail: 'because' },
});

const recommend =
  (basis: string, ...skus: string[]) =>
  ({ url }: IncomingMessage) => ({
    status: 200,
    body: {
      basis: url?.startsWith('/popular') ? 'popular' : basis,
      products: (url?.startsWith('/popular') ? ['P-0009', 'P-0001'] : skus).map((sku) => ({
        sku,
        orders: 1,
      })),
    },
  });

describe('the product page', () => {
  const stock = (available: number) => () => ({
    status: 200,
    body: { stock: [{ sku: 'P-0001', available }] },
  });

  it('puts product and stock together', async () => {
    catalog.answer = () => ({ status: 200, body: product });
    inventory.answer = stock(3);
    recommendations.answer = recommend('similar', 'P-0002', 'P-0003');
    expect((await call('GET', '/v1/products/P-0001')).body).toEqual({
      ...product,
      stale: false,
      stock: { state: 'available', available: 3 },
      recommendations: { basis: 'similar', skus: ['P-0002', 'P-0003'] },
      missing: [],
    });
    inventory.answer = stock(0);
    expect((await call('GET', '/v1/products/P-0001')).body).toMatchObject({
      stock: { state: 'sold-out', available: 0 },
    });
  });

  it('is optimistic about the stock while the inventory is away, and says so', async () => {
    inventory.answer = () => undefined;
    expect(await call('GET', '/v1/products/P-0001')).toMatchObject({
      status: 200,
      body: { stock: { state: 'unknown', available: null } },
    });
  });

  it('remembers products while the catalog is away, and marks them stale', async () => {
    inventory.answer = stock(3);
    catalog.answer = () => undefined;
    expect(await call('GET', '/v1/products/P-0001')).toMatchObject({
      status: 200,
      body: { name: 'Copper kettle', stale: true },
    });
    expect(await call('GET', '/v1/products/P-0002')).toMatchObject({
      status: 503,
      body: { code: 'catalog-unavailable' },
    });
  });

  it('says which parts are missing, and shows the others', async () => {
    catalog.answer = () => ({ status: 200, body: { ...product, sku: 'P-0005' } });
    inventory.answer = () => undefined;
    recommendations.answer = recommend('similar', 'P-0002');
    expect(await call('GET', '/v1/products/P-0005')).toMatchObject({
      status: 200,
      body: { name: 'Copper kettle', missing: ['stock'], recommendations: { basis: 'similar' } },
    });
  });

  it('shows what is popular while the recommendations are away', async () => {
    catalog.answer = () => ({ status: 200, body: product });
    inventory.answer = stock(3);
    recommendations.answer = recommend('similar', 'P-0002');
    // The popular list is asked for behind a page that is answered well.
    while (!recommendations.seen.some(({ url }) => url?.startsWith('/popular'))) {
      await call('GET', '/v1/products/P-0001');
    }
    recommendations.answer = () => undefined;
    let page = await call('GET', '/v1/products/P-0001');
    while ((page.body['recommendations'] as { basis: string }).basis !== 'popular') {
      page = await call('GET', '/v1/products/P-0001');
    }
    expect(page.body).toMatchObject({
      recommendations: { basis: 'popular', skus: ['P-0009'] },
      missing: [],
    });
  });

  it('is asked for in other words in version 2', async () => {
    recommendations.answer = recommend('similar', 'P-0002');
    expect((await call('GET', '/v2/products/P-0001')).body).toEqual({
      product: {
        sku: 'P-0001',
        title: 'Copper kettle',
        description: 'Whistles',
        price: { amount: '49.00', currency: 'EUR' },
      },
      availability: { status: 'available', quantity: 3 },
      related: { basis: 'similar', skus: ['P-0002'] },
      meta: { stale: false, missing: [] },
    });
  });

  it('is rich on the web and small on a phone', async () => {
    catalog.answer = ({ url }) => ({
      status: 200,
      body: url?.startsWith('/products?')
        ? { products: [{ ...product, sku: 'P-0002', name: 'Tea' }] }
        : product,
    });
    const web = await call('GET', '/web/products/P-0001');
    expect(web.body).toMatchObject({
      price: '49.00 EUR',
      stock: { label: '3 left' },
      recommendations: { products: [{ sku: 'P-0002', name: 'Tea', price: '49.00 EUR' }] },
    });
    const mobile = await call('GET', '/mobile/products/P-0001');
    expect(mobile.body).toEqual({
      sku: 'P-0001',
      name: 'Copper kettle',
      price: '49.00 EUR',
      buyable: true,
      more: ['P-0002'],
    });
  });

  it('is 404 for a product that the catalog does not know', async () => {
    catalog.answer = refuse(404, 'product-not-found');
    expect(await call('GET', '/v1/products/P-0003')).toMatchObject({
      status: 404,
      body: { code: 'product-not-found' },
    });
  });

  it('fails with the inventory when falling back is switched off', async () => {
    catalog.answer = () => ({ status: 200, body: product });
    inventory.answer = () => undefined;
    registry.setLink('gateway->inventory', undefined, { fallback: { enabled: false } });
    let status = 200;
    while (status === 200) ({ status } = await call('GET', '/v1/products/P-0001'));
    expect(status).toBe(503);
    registry.setLink('gateway->inventory', undefined, { fallback: { enabled: true } });
  });
});

describe('placing an order', () => {
  const request = { customerId: 'ada', items: [{ sku: 'P-0001', quantity: 1 }] };
  const place = (headers = {}) => call('POST', '/v1/orders', request, headers);

  it('answers 201 when it is confirmed and 202 when it is pending, with its location', async () => {
    orders.answer = () => ({
      status: 201,
      body: { orderId: 'o-1', state: 'confirmed', totalCents: 4_900 },
    });
    const confirmed = await place();
    expect([confirmed.status, confirmed.body]).toEqual([
      201,
      { orderId: 'o-1', state: 'confirmed', totalCents: 4_900 },
    ]);
    orders.answer = () => ({ status: 202, body: { orderId: 'o-2', state: 'pending' } });
    const pending = await place();
    expect([pending.status, pending.headers.get('location')]).toEqual([202, '/v1/orders/o-2']);
  });

  it("passes the client's key on, and makes one for a client without", async () => {
    const answer = await place({ 'idempotency-key': 'mine' });
    expect(answer.headers.get('idempotency-key')).toBe('mine');
    expect(orders.seen.at(-1)?.headers['idempotency-key']).toBe('mine');
    const { headers } = await place();
    expect(headers.get('idempotency-key')).toBe(orders.seen.at(-1)?.headers['idempotency-key']);
  });

  it.each([
    [409, 'insufficient-stock', 409],
    [402, 'payment-declined', 402],
    [424, 'payment-unavailable', 503],
  ])('turns %i %s into %i', async (status, code, expected) => {
    orders.answer = refuse(status, code);
    const answer = await place();
    expect([answer.status, answer.body['code']]).toEqual([expected, code]);
    expect(answer.headers.get('idempotency-key')).toBeTruthy();
  });

  it('is asked for and answered in other words in version 2', async () => {
    orders.answer = () => ({
      status: 201,
      body: { orderId: 'o-1', state: 'confirmed', totalCents: 4_900 },
    });
    const lines = [{ sku: 'P-0001', quantity: 1 }];
    const answer = await call('POST', '/v2/orders', { customer_id: 'ada', lines });
    expect([answer.status, answer.body]).toEqual([
      201,
      {
        order_id: 'o-1',
        status: 'confirmed',
        total: { amount: '49.00', currency: 'EUR' },
      },
    ]);
    expect(answer.headers.get('location')).toBe('/v2/orders/o-1');
  });

  it('is 503 when orders break the connection', async () => {
    orders.answer = () => undefined;
    expect(await place()).toMatchObject({ status: 503, body: { code: 'orders-unavailable' } });
  });

  it('passes on correlation id and a tighter deadline', async () => {
    orders.answer = refuse(409, 'insufficient-stock');
    await place({ 'x-correlation-id': 'journey-1', 'x-deadline-ms': '900' });
    const seen = orders.seen.at(-1)?.headers;
    expect(seen?.['x-correlation-id']).toBe('journey-1');
    expect(Number(seen?.['x-deadline-ms'])).toBeLessThanOrEqual(900);
  });

  it.each([
    [{ ...request, customerId: 'a b' }, 'body.customerId'],
    [{ ...request, items: [{ sku: 'kettle', quantity: 1 }] }, 'body.items.0.sku'],
    [{ ...request, items: [{ sku: 'P-0001', quantity: 1_001 }] }, 'body.items.0.quantity'],
  ])('refuses %j with what is wrong', async (body, field) => {
    expect(await call('POST', '/v1/orders', body)).toMatchObject({
      status: 400,
      body: { code: 'invalid-request', errors: [{ field }] },
    });
  });
});

describe('the list of orders', () => {
  const order = {
    orderId: 'o-1',
    customerId: 'ada',
    state: 'confirmed',
    items: [{ sku: 'P-0001', quantity: 1, name: 'Copper kettle', unitPriceCents: 4_900 }],
    totalCents: 4_900,
    currency: 'EUR',
    failure: null,
    createdAt: 1,
    updatedAt: 2,
  };

  it('comes from the history, and from the orders themselves while it is away', async () => {
    history.answer = () => ({ status: 200, body: { orders: [order], next: null } });
    orders.answer = () => ({ status: 200, body: { orders: [{ ...order, orderId: 'o-2' }] } });
    const listed = async () => (await call('GET', '/v1/orders?customerId=ada')).body;
    expect(await listed()).toEqual({ orders: [order] });
    history.answer = () => undefined;
    expect(await listed()).toMatchObject({ orders: [{ orderId: 'o-2' }] });
  });

  it('has a shape for each screen', async () => {
    history.answer = () => ({ status: 200, body: { orders: [order] } });
    expect((await call('GET', '/mobile/orders?customerId=ada')).body).toEqual({
      orders: [{ id: 'o-1', state: 'confirmed', total: '49.00 EUR' }],
    });
    expect((await call('GET', '/web/orders?customerId=ada')).body).toMatchObject({
      orders: [{ headline: 'Confirmed', lines: [{ text: '1 × Copper kettle' }] }],
    });
    expect((await call('GET', '/v2/orders?customer_id=ada')).body).toMatchObject({
      items: [{ order_id: 'o-1', total: { amount: '49.00', currency: 'EUR' } }],
    });
  });
});

it('forgets after a reset what it remembered of the catalog and of what is popular', async () => {
  inventory.answer = () => undefined;
  recommendations.answer = () => undefined;
  catalog.answer = () => ({ status: 200, body: { ...product, sku: 'P-0007' } });
  expect((await call('GET', '/v1/products/P-0007')).status).toBe(200);
  const headers = { authorization: `Bearer ${TEST_INTERNAL_TOKEN}` };
  expect(await call('POST', '/internal/reset', { data: true }, headers)).toMatchObject({
    status: 200,
    body: { data: false },
  });
  expect((await call('GET', '/v1/products/P-0007')).body).toMatchObject({
    stale: false,
    recommendations: { basis: 'none', skus: [] },
  });
  await call('POST', '/internal/reset', { data: false }, headers);
  catalog.answer = () => undefined;
  expect(await call('GET', '/v1/products/P-0007')).toMatchObject({
    status: 503,
    body: { code: 'catalog-unavailable' },
  });
});
