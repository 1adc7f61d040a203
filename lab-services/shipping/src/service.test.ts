import {
  startTestServiceWithDatabase,
  type TestServiceWithDatabase,
} from '@faultline/chassis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { service as shipping } from './service.ts';

let service: TestServiceWithDatabase;

beforeAll(async () => {
  service = await startTestServiceWithDatabase(shipping);
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const call = (...question: Parameters<typeof service.call>) => service.call(...question);

const ship = (orderId: string) => call('POST', '/shipments', { orderId });
const cancel = (orderId: string) => call('DELETE', `/shipments/${orderId}`);

describe('a shipment', () => {
  it('is created once, with one tracking code', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ship('order-1')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body['trackingCode'])).size).toBe(1);
  });

  it('is cancelled once, however often it is asked for', async () => {
    await ship('order-2');
    const first = await cancel('order-2');
    expect(first).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    expect(await cancel('order-2')).toEqual(first);
    expect((await ship('order-2')).body['code']).toBe('shipment-cancelled');
  });

  it('is refused when its cancellation came first', async () => {
    expect((await cancel('order-3')).body).toMatchObject({ trackingCode: null });
    const { status, body } = await ship('order-3');
    expect([status, body['code']]).toEqual([409, 'shipment-cancelled']);
  });

  it('does not leave when it races its cancellation', async () => {
    const orders = Array.from({ length: 20 }, (_, index) => `race-${index}`);
    await Promise.all(orders.flatMap((orderId) => [ship(orderId), cancel(orderId)]));
    const { body } = await call('GET', '/internal/audit/orders?after=race-');
    expect(body).toEqual({ rows: [], next: null });
  });

  it('needs an order', async () => {
    expect(await call('POST', '/shipments', { orderId: '' })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'body.orderId', received: '""' }] },
    });
    expect((await call('GET', '/shipments/order-9')).status).toBe(404);
  });
});

it('counts shipments on their way and shipments called back, not marks without a shipment', async () => {
  const { body } = await call('GET', '/internal/audit');
  const rows = await call('GET', '/internal/audit/orders');
  expect(rows.body['rows']).toEqual([{ orderId: 'order-1', shipments: 1 }]);
  expect(body).toMatchObject({ shipments: 1 });
  expect(body['cancelled']).toBeGreaterThanOrEqual(1);
});
