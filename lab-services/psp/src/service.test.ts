import {
  startTestServiceWithDatabase,
  type TestServiceWithDatabase,
} from '@faultline/chassis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { service as psp } from './service.ts';

const API_KEY = 'key-of-the-test-merchant';
let service: TestServiceWithDatabase;

beforeAll(async () => {
  process.env['PROVIDER_API_KEY'] = API_KEY;
  service = await startTestServiceWithDatabase(psp);
});

afterAll(() => service[Symbol.asyncDispose]());

const call = (method: string, path: string, body?: unknown, headers = {}) =>
  service.call(method, path, body, { 'api-key': API_KEY, ...headers });

const authorise = (reference: string, value: string, order = `order-of-${reference}`) =>
  call('POST', '/authorisations', {
    request_reference: reference,
    merchant_order: order,
    value,
    currency: 'EUR',
    capture: 'IMMEDIATE',
  });

const reverse = (reference: string) =>
  call('POST', `/authorisations/by-reference/${reference}/reversals`);

describe('an authorisation', () => {
  it('captures once per reference, however often and at once it is asked for', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => authorise('r-1', '49.00')));
    expect(new Set(answers.map(({ body }) => body['psp_reference'])).size).toBe(1);
    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...Array.from({ length: 9 }, () => 200),
      201,
    ]);
    expect(await call('GET', '/authorisations/by-reference/r-1')).toMatchObject({
      status: 200,
      body: { status: 'CAPTURED', captured_value: '49.00', reversed_value: '0.00' },
    });
  });

  it('is softly declined above the limit of a card', async () => {
    expect((await authorise('r-2', '5000.01')).body).toMatchObject({
      status: 'SOFT_DECLINE',
      refusal: 'LIMIT_EXCEEDED',
      captured_value: '0.00',
    });
  });

  it('is refused in the words of the provider', async () => {
    await authorise('r-3', '1.00');
    expect(await authorise('r-3', '2.00')).toMatchObject({
      status: 409,
      body: { error: { error_code: 'REFERENCE_REUSED' } },
    });
    expect(await authorise('r-4', '2')).toMatchObject({
      status: 400,
      body: { error: { error_code: 'BAD_REQUEST' } },
    });
    expect(await call('GET', '/authorisations/by-reference/never')).toMatchObject({
      status: 404,
      body: { error: { error_code: 'UNKNOWN_REFERENCE' } },
    });
  });

  it('is for known merchants only', async () => {
    const answer = await call('GET', '/authorisations/by-reference/r-1', undefined, {
      'api-key': 'another',
    });
    expect(answer).toMatchObject({
      status: 401,
      body: { error: { error_code: 'UNKNOWN_MERCHANT' } },
    });
  });
});

describe('a reversal', () => {
  it('gives back once what was captured', async () => {
    await authorise('r-10', '7.00');
    for (let time = 0; time < 2; time++) {
      expect((await reverse('r-10')).body).toMatchObject({
        status: 'REVERSED',
        captured_value: '7.00',
        reversed_value: '7.00',
      });
    }
  });

  it('that comes first bars the authorisation', async () => {
    expect((await reverse('r-11')).body).toMatchObject({ status: 'CANCELLED' });
    expect((await authorise('r-11', '7.00')).body).toMatchObject({
      status: 'CANCELLED',
      captured_value: '0.00',
    });
  });
});

it('states books that add up', async () => {
  const { body: facts } = await service.call('GET', '/internal/audit');
  const { body } = await service.call('GET', '/internal/audit/orders?limit=5000');
  const rows = body['rows'] as { capturedCents: number; refundedCents: number }[];
  expect(facts).toEqual({
    capturedCents: rows.reduce((sum, row) => sum + row.capturedCents, 0),
    refundedCents: rows.reduce((sum, row) => sum + row.refundedCents, 0),
  });
});
