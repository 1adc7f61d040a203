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
