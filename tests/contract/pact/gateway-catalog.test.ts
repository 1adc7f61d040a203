import { service as catalog } from '@faultline/catalog';
import { service as gateway } from '@faultline/gateway';
import { MatchersV3 } from '@pact-foundation/pact';
import { expect } from 'vitest';
import { holdToContract, problemOf } from './http-contract.ts';
import { startParticipant } from './provider.ts';

const { eachLike, integer, like, regex } = MatchersV3;

const product = {
  sku: regex('^P-\\d{4}$', 'P-0001'),
  name: like('Walnut desk'),
  description: like('A desk of walnut'),
  priceCents: integer(12_900),
  currency: regex('^[A-Z]{3}$', 'EUR'),
};

holdToContract({
  consumer: 'gateway',
  provider: 'catalog',
  expectations: [
    {
      description: 'a product',
      given: 'the catalog has product P-0001',
      request: { method: 'GET', path: '/products/P-0001' },
      response: { status: 200, body: product },
      async exercise(providerUrl) {
        await using shop = await startParticipant(gateway, { catalog: providerUrl });
        const page = await shop.send('GET', '/v1/products/P-0001');
        expect(page).toMatchObject({ sku: 'P-0001', priceCents: 12_900, stale: false });
      },
    },
    {
      description: 'a page of products',
      given: 'the catalog has product P-0001',
      request: { method: 'GET', path: '/products', query: { after: '', limit: '50' } },
      response: { status: 200, body: { products: eachLike(product) } },
      async exercise(providerUrl) {
        await using shop = await startParticipant(gateway, { catalog: providerUrl });
        expect(await shop.send('GET', '/v1/products')).toMatchObject({ stale: false });
      },
    },
    {
      description: 'a product that there is not',
      given: 'the catalog does not have product P-9999',
      request: { method: 'GET', path: '/products/P-9999' },
      response: problemOf(404, 'product-not-found'),
      async exercise(providerUrl) {
        await using shop = await startParticipant(gateway, { catalog: providerUrl });
        await expect(shop.send('GET', '/v1/products/P-9999')).rejects.toThrow('answered 404');
      },
    },
  ],
  async startProvider() {
    const provider = await startParticipant(catalog);
    const seeded = async () => undefined;
    return {
      url: provider.url,
      states: {
        'the catalog has product P-0001': seeded,
        'the catalog does not have product P-9999': seeded,
      },
      [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose](),
    };
  },
});
