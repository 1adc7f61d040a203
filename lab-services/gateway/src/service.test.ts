import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createTestRegistry,
  startTestService,
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

beforeAll(async () => {
  registry = resources.use(await createTestRegistry());
  [catalog, inventory, orders] = await Promise.all([
    startBackend('catalog'),
    startBackend('inventory'),
    startBackend('orders'),
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

describe('the product page', () => {
  const stock = (available: number) => () => ({
    status: 200,
    body: { stock: [{ sku: 'P-0001', available }] },
  });

  it('puts product and stock together', async () => {
    catalog.answer = () => ({ status: 200, body: product });
    inventory.answer = stock(3);
    expect((await call('GET', '/v1/products/P-0001')).body).toEqual({
      ...product,
      stale: false,
      stock: { state: 'available', available: 3 },
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
