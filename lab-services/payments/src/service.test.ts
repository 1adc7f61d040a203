import {
  startTestServiceWithDatabase,
  type TestServiceWithDatabase,
} from '@faultline/chassis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { service as payments } from './service.ts';

let service: TestServiceWithDatabase;

beforeAll(async () => {
  service = await startTestServiceWithDatabase(payments);
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const call = (...question: Parameters<typeof service.call>) => service.call(...question);

const charge = (orderId: string, amountCents: number, key = `charge-${orderId}`) =>
  call('POST', '/charges', { orderId, amountCents, currency: 'EUR' }, { 'idempotency-key': key });

const refund = (orderId: string) => call('POST', `/charges/${orderId}/refund`);

async function rowOf(orderId: string): Promise<unknown> {
  const { body } = await call('GET', '/internal/audit/orders?limit=5000');
  return (body['rows'] as { orderId: string }[]).find((row) => row.orderId === orderId);
}

describe('a charge', () => {
  it('is made once per key; a repetition gets the first answer', async () => {
    const first = await charge('order-1', 4_900);
    expect(first).toMatchObject({ status: 201, body: { state: 'captured', amountCents: 4_900 } });
    expect(await charge('order-1', 4_900)).toEqual(first);
    expect(await rowOf('order-1')).toMatchObject({ captures: 1, capturedCents: 4_900 });
  });

  it('is made once when its repetitions arrive together', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => charge('order-2', 100)));
    expect(new Set(answers.map(({ body }) => body['chargeId'])).size).toBe(1);
    expect(await rowOf('order-2')).toMatchObject({ captures: 1, capturedCents: 100 });
  });

  it('is refused when its key belongs to another amount or order', async () => {
    await charge('order-3', 100);
    for (const answer of [
      await charge('order-3', 101),
      await charge('order-4', 100, 'charge-order-3'),
    ]) {
      expect([answer.status, answer.body['code']]).toEqual([422, 'idempotency-key-reused']);
    }
  });

  it('is made for one of two orders that take the same key at once', async () => {
    const answers = await Promise.all([
      charge('order-5', 100, 'same'),
      charge('order-6', 100, 'same'),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422]);
  });

  it('is declined above the limit of the card, every time', async () => {
    for (let time = 0; time < 2; time++) {
      const { status, body } = await charge('order-7', 500_001);
      expect([status, body['code']]).toEqual([402, 'payment-declined']);
    }
    expect(await rowOf('order-7')).toBeUndefined();
  });

  it.each([
    [{ orderId: 'x', amountCents: 0, currency: 'EUR' }, 'key', 'body.amountCents'],
    [{ orderId: 'x', amountCents: 1.5, currency: 'EUR' }, 'key', 'body.amountCents'],
    [{ orderId: 'x', amountCents: 1, currency: 'euro' }, 'key', 'body.currency'],
    [{ orderId: 'x', amountCents: 1, currency: 'EUR' }, undefined, 'headers.idempotency-key'],
  ])('is refused with what is wrong: %j, key %s', async (body, key, field) => {
    const headers = key === undefined ? {} : { 'idempotency-key': key };
    const answer = await call('POST', '/charges', body, headers);
    expect(answer.status).toBe(400);
    expect(answer.body['errors']).toMatchObject([{ field }]);
  });
});

describe('a refund', () => {
  it('gives the money back once, however often it is asked for', async () => {
    await charge('order-10', 700);
    for (let time = 0; time < 3; time++) {
      expect(await refund('order-10')).toEqual({
        status: 200,
        body: { orderId: 'order-10', state: 'refunded', refundedCents: 700 },
      });
    }
    expect(await rowOf('order-10')).toMatchObject({ capturedCents: 700, refundedCents: 700 });
  });

  it('does not change what the charge answered', async () => {
    expect(await charge('order-10', 700)).toMatchObject({
      status: 201,
      body: { state: 'captured' },
    });
    expect(await rowOf('order-10')).toMatchObject({ captures: 1, refundedCents: 700 });
  });

  it('that comes first bars the order from charges', async () => {
    expect((await refund('order-11')).body).toMatchObject({ state: 'voided', refundedCents: 0 });
    const { status, body } = await charge('order-11', 100);
    expect([status, body['code']]).toEqual([409, 'charge-voided']);
    expect(await rowOf('order-11')).toBeUndefined();
  });

  it('leaves nothing captured, whoever comes first', async () => {
    const orders = Array.from({ length: 20 }, (_, index) => `race-${index}`);
    await Promise.all(orders.flatMap((orderId) => [charge(orderId, 100), refund(orderId)]));
    const { body } = await call('GET', '/internal/audit/orders?after=race-&limit=5000');
    const rows = body['rows'] as { capturedCents: number; refundedCents: number }[];
    for (const row of rows) expect(row.refundedCents).toBe(row.capturedCents);
  });
});

it('states sums that agree with its rows', async () => {
  const { body: facts } = await call('GET', '/internal/audit');
  const { body } = await call('GET', '/internal/audit/orders?limit=5000');
  const rows = body['rows'] as { capturedCents: number; refundedCents: number }[];
  const sum = (field: 'capturedCents' | 'refundedCents') =>
    rows.reduce((total, row) => total + row[field], 0);
  expect(facts).toEqual({
    capturedCents: sum('capturedCents'),
    refundedCents: sum('refundedCents'),
  });
});
