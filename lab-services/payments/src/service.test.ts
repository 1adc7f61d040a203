import type { IncomingMessage } from 'node:http';
import {
  createTestRegistry,
  startTestServiceWithDatabase,
  type TestRegistry,
  type TestServiceWithDatabase,
} from '@faultline/chassis/testing';
import { initialServicePolicy } from '@faultline/chassis/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { service as payments } from './service.ts';
import { GOOD_MANNERS, startProvider, type TestProvider } from './testing/provider.ts';

const API_KEY = 'key-of-the-test-merchant';
const resources = new AsyncDisposableStack();
let registry: TestRegistry;
let provider: TestProvider;
let service: TestServiceWithDatabase;

beforeAll(async () => {
  process.env['PROVIDER_API_KEY'] = API_KEY;
  // Nothing that a test leaves behind on purpose lies about for long.
  process.env['RESUME_AFTER_MS'] = '200';
  provider = resources.use(await startProvider(API_KEY));
  registry = resources.use(await createTestRegistry());
  registry.setLink('payments->psp', [provider.port], {
    timeout: { attemptMs: 2_000 },
    retry: { enabled: false },
    breaker: { enabled: false },
    bulkhead: { concurrency: 100 },
  });
  service = resources.use(
    await startTestServiceWithDatabase(payments, { REGISTRY_URL: registry.url }),
  );
});

afterAll(() => resources.disposeAsync());

afterEach(() => {
  provider.manners = GOOD_MANNERS;
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

const chargesOf = async (orderId: string) =>
  (await call('GET', `/charges/${orderId}`)).body['charges'] as { state: string }[];

async function stateWhen(orderId: string, settled: (state: string) => boolean): Promise<string> {
  for (;;) {
    const [only, ...others] = await chargesOf(orderId);
    expect(others).toEqual([]);
    if (only && settled(only.state)) return only.state;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a provider that', () => {
  const silentFor = (...methods: string[]) => ({
    ...GOOD_MANNERS,
    losesAnswers: ({ method, url }: IncomingMessage) =>
      methods.includes(`${method} ${url?.endsWith('/reversals') ? 'back' : 'charge'}`),
  });

  it('loses its answer is asked what happened, and charges nothing a second time', async () => {
    provider.manners = silentFor('POST charge');
    const captures = provider.captures();
    expect(await charge('lost-1', 4_900)).toMatchObject({
      status: 201,
      body: { state: 'captured' },
    });
    expect(provider.captures() - captures).toBe(1);
  });

  it('says nothing at all leaves the charge pending; it is settled when the provider speaks', async () => {
    provider.manners = silentFor('POST charge', 'GET charge');
    const captures = provider.captures();
    const answer = await charge('silent-1', 4_900);
    expect([answer.status, answer.body['code']]).toEqual([503, 'payment-unavailable']);
    expect(await stateWhen('silent-1', () => true)).toBe('pending');
    provider.manners = GOOD_MANNERS;
    expect(await stateWhen('silent-1', (state) => state !== 'pending')).toBe('captured');
    expect(await charge('silent-1', 4_900)).toMatchObject({ status: 201 });
    expect(provider.captures() - captures).toBe(1);
  });

  it('took another amount is refused, and has to give it back', async () => {
    provider.manners = { ...GOOD_MANNERS, shortBy: 1 };
    const kept = provider.keptCents();
    for (let time = 0; time < 2; time++) {
      const answer = await charge('short-1', 4_900);
      expect([answer.status, answer.body['code']]).toEqual([402, 'payment-declined']);
    }
    expect(provider.keptCents()).toBe(kept);
    expect(await rowOf('short-1')).toMatchObject({ capturedCents: 4_899, refundedCents: 4_899 });
  });

  it('took another amount and is silent then has to give it back later; nobody is told of a charge', async () => {
    const kept = provider.keptCents();
    provider.manners = {
      ...GOOD_MANNERS,
      shortBy: 1,
      fails: ({ url }) => url?.endsWith('/reversals') ?? false,
    };
    expect((await charge('short-2', 4_900)).status).toBe(503);
    expect(await charge('short-2', 4_900)).toMatchObject({
      status: 409,
      body: { code: 'charge-voided' },
    });
    provider.manners = GOOD_MANNERS;
    expect(await stateWhen('short-2', (state) => state !== 'refunding')).toBe('declined');
    expect(provider.keptCents()).toBe(kept);
  });

  it('cannot be reached charges nothing, and a refund does not need it', async () => {
    registry.setLink('payments->psp', []);
    let answer = await charge('away-1', 4_900);
    while (answer.status === 201) answer = await charge(`away-${crypto.randomUUID()}`, 4_900);
    expect([answer.status, answer.body['code']]).toEqual([424, 'payment-unavailable']);
    await charge('away-2', 4_900);
    expect((await refund('away-2')).body).toMatchObject({ state: 'voided', refundedCents: 0 });
    registry.setLink('payments->psp', [provider.port]);
  });

  it('is silent about a refund is asked again, and gives back once', async () => {
    await charge('silent-2', 700);
    const kept = provider.keptCents();
    provider.manners = silentFor('POST back');
    expect((await refund('silent-2')).status).toBe(503);
    provider.manners = GOOD_MANNERS;
    expect(await stateWhen('silent-2', (state) => state !== 'refunding')).toBe('refunded');
    expect((await refund('silent-2')).body).toMatchObject({ refundedCents: 700 });
    expect(kept - provider.keptCents()).toBe(700);
  });
});

it('charges twice for a repeated key while idempotency is switched off, and not again later', async () => {
  const off = initialServicePolicy(['idempotency'], { idempotency: { enabled: false } });
  registry.set({ service: off });
  let captures = 0;
  for (let number = 0; captures < 2; number++) {
    await charge(`twice-${number}`, 100);
    await charge(`twice-${number}`, 100);
    ({ captures } = (await rowOf(`twice-${number}`)) as { captures: number });
  }
  registry.set({ service: initialServicePolicy(['idempotency']) });
  for (let number = 0; captures > 1; number++) {
    await charge(`once-${number}`, 100);
    await charge(`once-${number}`, 100);
    ({ captures } = (await rowOf(`once-${number}`)) as { captures: number });
  }
  expect(captures).toBe(1);
});

it('books what was not taken while the provider’s answers are not checked', async () => {
  const off = { answerCheck: { enabled: false } };
  registry.set({ service: initialServicePolicy(['answerCheck'], off) });
  provider.manners = { ...GOOD_MANNERS, shortBy: 1 };
  const kept = provider.keptCents();
  let booked: unknown;
  for (let number = 0, status = 402; status === 402; number++) {
    ({ status } = await charge(`believed-${number}`, 4_900));
    booked = await rowOf(`believed-${number}`);
  }
  expect(booked).toMatchObject({ capturedCents: 4_900, refundedCents: 0 });
  expect(provider.keptCents() - kept).toBe(4_899);
  registry.set({ service: initialServicePolicy(['answerCheck']) });
  let status = 201;
  for (let number = 0; status === 201; number++) {
    ({ status } = await charge(`checked-${number}`, 4_900));
  }
  expect(status).toBe(402);
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
