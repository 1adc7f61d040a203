import { service as gateway } from '@faultline/gateway';
import { service as inventory } from '@faultline/inventory';
import { answerWith, createUpstream } from '@faultline/chassis/testing';
import { MatchersV3 } from '@pact-foundation/pact';
import { expect } from 'vitest';
import { holdToContract } from './http-contract.ts';
import { startParticipant } from './provider.ts';

const { eachLike, integer } = MatchersV3;

const PRODUCT = {
  sku: 'P-0001',
  name: 'Walnut desk',
  description: 'A desk of walnut',
  priceCents: 12_900,
  currency: 'EUR',
};

holdToContract({
  consumer: 'gateway',
  provider: 'inventory',
  expectations: [
    {
      description: 'how many of a product are left',
      given: 'the inventory holds product P-0001',
      request: { method: 'GET', path: '/stock', query: { skus: 'P-0001' } },
      response: {
        status: 200,
        body: { stock: eachLike({ sku: 'P-0001', available: integer(7) }) },
      },
      async exercise(providerUrl) {
        await using catalog = await createUpstream(answerWith(200, PRODUCT));
        await using shop = await startParticipant(gateway, {
          catalog: `http://127.0.0.1:${catalog.port}`,
          inventory: providerUrl,
        });
        const page = await shop.send('GET', '/v1/products/P-0001');
        expect(page).toMatchObject({ stock: { state: 'available', available: 7 } });
      },
    },
  ],
  async startProvider() {
    const provider = await startParticipant(inventory);
    return {
      url: provider.url,
      states: { 'the inventory holds product P-0001': async () => undefined },
      [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose](),
    };
  },
});
