import { service as shipping } from '@faultline/shipping';
import { MatchersV3 } from '@pact-foundation/pact';
import { expect } from 'vitest';
import { holdToContract } from './http-contract.ts';
import { openOrders } from './order-events.ts';
import { startParticipant } from './provider.ts';

const { integer, like } = MatchersV3;

holdToContract({
  consumer: 'orders',
  provider: 'shipping',
  expectations: [
    {
      description: 'a shipment is made',
      given: 'nothing is known of the order',
      request: {
        method: 'POST',
        path: '/shipments',
        body: { orderId: like('order-1'), units: integer(1) },
      },
      response: { status: 201 },
      async exercise(providerUrl) {
        await using orders = await openOrders({ shipping: providerUrl });
        expect(await orders.place('shipped')).toMatchObject({ status: 201 });
      },
    },
  ],
  async startProvider() {
    const provider = await startParticipant(shipping);
    return {
      url: provider.url,
      states: { 'nothing is known of the order': async () => undefined },
      [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose](),
    };
  },
});
