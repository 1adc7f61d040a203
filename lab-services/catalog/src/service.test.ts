import {
  startTestServiceWithDatabase,
  type TestServiceWithDatabase,
} from '@faultline/chassis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Product } from './product.ts';
import { service as catalog } from './service.ts';

let service: TestServiceWithDatabase;

beforeAll(async () => {
  service = await startTestServiceWithDatabase(catalog);
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const get = (path: string) => service.call('GET', path);

async function skusOf(path: string): Promise<string[]> {
  const { body } = await get(path);
  return (body['products'] as Product[]).map(({ sku }) => sku);
}

describe('the catalog', () => {
  it('holds forty products and pages through them', async () => {
    const first = await skusOf('/products?limit=25');
    const second = await skusOf(`/products?limit=25&after=${first.at(-1)}`);
    expect([...first, ...second]).toHaveLength(40);
    expect(new Set([...first, ...second]).size).toBe(40);
    expect(second.at(-1)).toBe('P-0040');
  });

  it('tells of some products and leaves out those it does not know', async () => {
    expect(await skusOf('/products?skus=P-0002,P-9999,P-0001')).toEqual(['P-0001', 'P-0002']);
  });

  it('tells of one product', async () => {
    expect(await get('/products/P-0001')).toEqual({
      status: 200,
      body: {
        sku: 'P-0001',
        name: 'Copper kettle',
        description: 'Holds 1.4 litres, whistles a minor third',
        priceCents: 4_900,
        currency: 'EUR',
        version: 1,
        // Nobody tells of the stock here.
        stock: null,
      },
    });
  });

  it('answers an unknown product with 404 and its name', async () => {
    expect(await get('/products/P-9999')).toMatchObject({
      status: 404,
      body: { code: 'product-not-found', detail: 'There is no product P-9999.' },
    });
  });

  it.each([
    ['/products/kettle', 'params.sku'],
    ['/products?limit=0', 'querystring.limit'],
    ['/products?skus=P-0001,kettle', 'querystring.skus.1'],
  ])('answers %s with what is wrong', async (path, field) => {
    expect(await get(path)).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });
});

describe('a change of a product', () => {
  const change = (sku: string, body: object) =>
    service.call('PATCH', `/internal/products/${sku}`, body);
  const waiting = async () => (await service.call('GET', '/internal/audit')).body['outboxPending'];

  it('counts its version up and is told with the next event, as all products were at first', async () => {
    while ((await waiting()) !== 40) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await change('P-0002', { priceCents: 1_300 })).toMatchObject({
      status: 200,
      body: { sku: 'P-0002', name: 'Enamel mug', priceCents: 1_300, currency: 'EUR', version: 2 },
    });
    expect(await waiting()).toBe(41);
    const { body } = await service.call('GET', '/internal/audit');
    const prices = body['prices'] as { sku: string; priceCents: number; version: number }[];
    expect(prices[1]).toMatchObject({ sku: 'P-0002', priceCents: 1_300, version: 2 });
  });

  it.each([
    ['nothing', {}, 400],
    ['a price of nothing', { priceCents: 0 }, 400],
    ['a field that there is not', { colour: 'red' }, 400],
  ])('is refused if it changes %s', async (_what, body, status) => {
    expect(await change('P-0001', body)).toMatchObject({ status });
  });

  it('needs the product and the token', async () => {
    expect(await change('P-9999', { priceCents: 1 })).toMatchObject({
      status: 404,
      body: { code: 'product-not-found' },
    });
    const response = await fetch(`${service.url}/internal/products/P-0001`, { method: 'PATCH' });
    expect(response.status).toBe(401);
  });

  it('can be told again for all products', async () => {
    const before = Number(await waiting());
    expect((await service.call('POST', '/internal/products/announce')).body).toEqual({
      announced: 40,
    });
    expect(await waiting()).toBe(before + 40);
  });
});
