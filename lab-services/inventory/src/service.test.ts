import {
  startTestServiceWithDatabase,
  type TestServiceWithDatabase,
} from '@faultline/chassis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { service as inventory } from './service.ts';

let service: TestServiceWithDatabase;

beforeAll(async () => {
  service = await startTestServiceWithDatabase(inventory);
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const call = (...question: Parameters<typeof service.call>) => service.call(...question);

const reserve = (orderId: string, sku: string, quantity: number) =>
  call('POST', '/reservations', { orderId, items: [{ sku, quantity }] });

async function stockOf(sku: string): Promise<{ available: number; reserved: number }> {
  const { body } = await call('GET', '/internal/audit');
  const stock = body['stock'] as { sku: string; available: number; reserved: number }[];
  const line = stock.find((candidate) => candidate.sku === sku);
  if (!line) throw new Error(`no stock of ${sku}`);
  return { available: line.available, reserved: line.reserved };
}

describe('a reservation', () => {
  it('takes units from the shelf, once however often it is asked for', async () => {
    for (let time = 0; time < 3; time++) {
      expect(await reserve('order-1', 'P-0001', 2)).toEqual({
        status: 201,
        body: { orderId: 'order-1', state: 'reserved', items: [{ sku: 'P-0001', quantity: 2 }] },
      });
    }
    expect(await stockOf('P-0001')).toEqual({ available: 999_998, reserved: 2 });
  });

  it('is refused when the order reserved something else before', async () => {
    await reserve('order-2', 'P-0002', 1);
    const { status, body } = await reserve('order-2', 'P-0002', 2);
    expect([status, body['code']]).toEqual([409, 'reservation-differs']);
  });

  it('is refused when the product is unknown', async () => {
    const { status, body } = await reserve('order-3', 'P-9999', 1);
    expect([status, body['code']]).toEqual([422, 'product-unknown']);
  });

  it('is refused as a whole when one line is short, and leaves the others alone', async () => {
    const { status, body } = await call('POST', '/reservations', {
      orderId: 'order-4',
      items: [
        { sku: 'P-0003', quantity: 1 },
        { sku: 'P-0039', quantity: 26 },
      ],
    });
    expect([status, body['code'], body['detail']]).toEqual([
      409,
      'insufficient-stock',
      '26 of P-0039 are asked for, 25 are left.',
    ]);
    expect(await stockOf('P-0003')).toEqual({ available: 1_000_000, reserved: 0 });
  });

  it('sells five units to five of forty who ask at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => reserve(`rush-${index}`, 'P-0040', 1)),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(5);
    expect(statuses.filter((status) => status === 409)).toHaveLength(35);
    expect(await stockOf('P-0040')).toEqual({ available: 0, reserved: 5 });
  });

  it('does not deadlock when orders name the same products in opposite order', async () => {
    const lines = [
      { sku: 'P-0010', quantity: 1 },
      { sku: 'P-0011', quantity: 1 },
    ];
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        call('POST', '/reservations', {
          orderId: `cross-${index}`,
          items: index % 2 ? lines : [...lines].reverse(),
        }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(await stockOf('P-0010')).toEqual({ available: 999_970, reserved: 30 });
  });
});

describe('a release', () => {
  it('puts units back, once however often it is asked for', async () => {
    await reserve('order-5', 'P-0005', 3);
    for (let time = 0; time < 3; time++) {
      const { status, body } = await call('DELETE', '/reservations/order-5');
      expect([status, body['state']]).toEqual([200, 'released']);
    }
    expect(await stockOf('P-0005')).toEqual({ available: 1_000_000, reserved: 0 });
  });

  it('leaves a mark that refuses a reservation which comes later', async () => {
    await call('DELETE', '/reservations/order-6');
    const { status, body } = await reserve('order-6', 'P-0006', 1);
    expect([status, body['code']]).toEqual([409, 'reservation-released']);
    expect(await stockOf('P-0006')).toEqual({ available: 1_000_000, reserved: 0 });
  });

  it('leaves nothing reserved, whoever comes first', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => [
        reserve(`race-${index}`, 'P-0007', 1),
        call('DELETE', `/reservations/race-${index}`),
      ]).flat(),
    );
    expect(await stockOf('P-0007')).toEqual({ available: 1_000_000, reserved: 0 });
  });
});

describe('the API', () => {
  it('tells the stock of the products asked for', async () => {
    const { body } = await call('GET', '/stock?skus=P-0020,P-9999');
    expect(body).toEqual({ stock: [{ sku: 'P-0020', available: 1_000_000 }] });
  });

  it.each([
    ['POST', '/reservations', { orderId: 'x', items: [] }, 'body.items'],
    [
      'POST',
      '/reservations',
      { orderId: 'x', items: [{ sku: 'P-0001', quantity: 0 }] },
      'body.items.0.quantity',
    ],
    ['POST', '/reservations', { items: [{ sku: 'P-0001', quantity: 1 }] }, 'body.orderId'],
    ['GET', '/internal/audit/orders?limit=5001', undefined, 'querystring.limit'],
  ])('answers %s %s with what is wrong and where', async (method, path, body, field) => {
    const answer = await call(method, path, body);
    expect(answer.status).toBe(400);
    const errors = answer.body['errors'] as { field: string; rule: string }[];
    expect(errors.map((error) => error.field)).toContain(field);
  });

  it('pages through the orders that hold a reservation', async () => {
    const seen: string[] = [];
    let after: string | null = '';
    while (after !== null) {
      const { body }: Awaited<ReturnType<typeof call>> = await call(
        'GET',
        `/internal/audit/orders?after=${after}&limit=7`,
      );
      seen.push(...(body['rows'] as { orderId: string }[]).map(({ orderId }) => orderId));
      after = body['next'] as string | null;
    }
    expect(seen).toEqual([...seen].sort());
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toContain('order-1');
    expect(seen).not.toContain('order-5');
  });
});
