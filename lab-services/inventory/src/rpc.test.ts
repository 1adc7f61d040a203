import type { Chassis } from '@faultline/chassis';
import {
  createTestRegistry,
  startTestService,
  startTestServiceWithDatabase,
  type TestRegistry,
  type TestService,
} from '@faultline/chassis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { service } from './service.ts';

const CONTRACT = {
  proto: new URL('../proto/inventory.v1.proto', import.meta.url),
  service: 'inventory.v1.Inventory',
};
const reserved = z.object({
  success: z.boolean(),
  reservationId: z.string(),
  errorMessage: z.string(),
  errorCode: z.string(),
});

let inventory: Awaited<ReturnType<typeof startTestServiceWithDatabase>>;
let registry: TestRegistry;
let orders: TestService;
let chassis: Chassis;

beforeAll(async () => {
  inventory = await startTestServiceWithDatabase(service);
  registry = await createTestRegistry();
  orders = await startTestService(
    {
      name: 'orders',
      calls: ['inventory'],
      build(given) {
        chassis = given;
        return {};
      },
    },
    { REGISTRY_URL: registry.url },
  );
  registry.setLink('orders->inventory', [inventory.url]);
});
afterAll(async () => {
  await orders?.close();
  await registry?.[Symbol.asyncDispose]();
  await inventory?.[Symbol.asyncDispose]();
});

function call<Body>(method: string, message: object, response: z.ZodType<Body>) {
  return chassis.link('inventory').unary({
    operation: method,
    call: { ...CONTRACT, method, message },
    idempotent: true,
    response,
  });
}

const reserve = (orderId: string, sku: string, quantity: number, furtherLines: object[] = []) =>
  call('ReserveStock', { orderId, sku, quantity, furtherLines }, reserved);
const stock = z.object({ stock: z.array(z.object({ sku: z.string(), available: z.number() })) });
async function availableOf(sku: string): Promise<number | undefined> {
  const outcome = await call('CheckStock', { skus: [sku] }, stock);
  return outcome.kind === 'ok' ? outcome.body.stock[0]?.available : undefined;
}

describe('inventory.v1 over the port of the REST routes', () => {
  it('tells the units on the shelf', async () => {
    await expect.poll(() => availableOf('P-0001'), { timeout: 10_000 }).toBeGreaterThan(0);
    const rest = await fetch(`${inventory.url}/stock?skus=P-0001`);
    expect(await rest.json()).toEqual({
      stock: [{ sku: 'P-0001', available: await availableOf('P-0001') }],
    });
  });

  it('reserves once, however often it is asked, and puts back', async () => {
    const before = (await availableOf('P-0002'))!;
    for (let time = 0; time < 3; time += 1) {
      expect(await reserve('rpc-1', 'P-0002', 2)).toMatchObject({
        kind: 'ok',
        body: { success: true, reservationId: 'rpc-1', errorMessage: '' },
      });
    }
    expect(await availableOf('P-0002')).toBe(before - 2);
    const released = z.object({ released: z.array(z.object({ sku: z.string() })) });
    expect(await call('ReleaseStock', { orderId: 'rpc-1' }, released)).toMatchObject({
      body: { released: [{ sku: 'P-0002' }] },
    });
    expect(await availableOf('P-0002')).toBe(before);
  });

  it('reserves all lines or none', async () => {
    const before = await availableOf('P-0003');
    const outcome = await reserve('rpc-2', 'P-0003', 1, [{ sku: 'P-9999', quantity: 1 }]);
    expect(outcome).toMatchObject({
      kind: 'ok',
      body: {
        ...{ success: false, reservationId: '', errorCode: 'product-unknown' },
        errorMessage: 'The inventory does not hold P-9999.',
      },
    });
    expect(await availableOf('P-0003')).toBe(before);
  });

  it('names the field of a bad message, and does not count it against the callee', async () => {
    expect(await reserve('rpc-3', 'no sku', 1)).toMatchObject({
      kind: 'refused',
      status: 400,
      problem: { code: 'invalid-request', detail: expect.stringContaining('sku') as string },
      attempts: 1,
    });
  });

  it('continues trace and correlation of the caller', async () => {
    await chassis.withContext({ correlationId: 'from-orders', operation: 'work' }, () =>
      availableOf('P-0001'),
    );
    const server = () =>
      inventory.spans.find(
        ({ name, attributes }) =>
          name === 'inventory.v1.Inventory/CheckStock' &&
          attributes['correlation.id'] === 'from-orders',
      );
    await expect.poll(server).toMatchObject({
      attributes: { 'rpc.system': 'grpc', 'rpc.method': 'CheckStock', 'rpc.grpc.status_code': 0 },
    });
    const client = () =>
      orders.spans.find(
        (span) => span.spanContext().spanId === server()?.parentSpanContext?.spanId,
      );
    await expect
      .poll(() => client()?.attributes)
      .toMatchObject({ 'peer.service': 'inventory', 'rpc.system': 'grpc' });
  });

  it('does not begin what cannot end in time', async () => {
    const outcome = await chassis.withContext(
      { correlationId: 'late', operation: 'work', deadlineMs: 1 },
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return reserve('rpc-late', 'P-0001', 1);
      },
    );
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'deadline', maybeReceived: false });
  });

  it('has an access log line and an observation for each call, as HTTP has', async () => {
    await availableOf('P-0001');
    const route = 'inventory.v1.Inventory/CheckStock';
    await expect
      .poll(() => inventory.logs.find((line) => line['http.route'] === route))
      .toMatchObject({ 'rpc.system': 'grpc', 'rpc.grpc.status_code': 0 });
    const metrics = await (await fetch(`${inventory.url}/metrics`)).text();
    expect(metrics).toContain(
      `http_server_request_duration_seconds_count{method="GRPC",route="${route}",status="200"`,
    );
  });

  it('is guarded by the breaker of the link like any other call', async () => {
    registry.setLink('orders->inventory', [9], {
      retry: { enabled: false },
      breaker: { consecutiveFailures: 2 },
    });
    await expect
      .poll(() => reserve('rpc-4', 'P-0001', 1))
      .toMatchObject({ kind: 'failed', reason: 'connection', maybeReceived: false });
    await expect
      .poll(() => reserve('rpc-4', 'P-0001', 1))
      .toMatchObject({ kind: 'failed', reason: 'breaker-open' });
  });
});
