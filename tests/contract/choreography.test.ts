import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { effectsOf, placeOrder, startParticipants, type Participants } from './participants.ts';

let lab: Participants;
let keys = 0;

beforeAll(async () => {
  lab = await startParticipants();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});
afterEach(() => {
  lab.fate = () => undefined;
});

const nextKey = () => `key-${++keys}`;
const STYLES = ['orchestrated', 'choreographed'] as const;
const nothing = { captures: 0, keptCents: 0, items: [], parcels: 0 };

describe.each(STYLES)('an %s order', (fulfilment) => {
  it('is confirmed with all of its effects', async () => {
    const { orderId, state } = await placeOrder(lab, { key: nextKey(), fulfilment, quantity: 2 });
    expect(state).toBe('confirmed');
    expect(await effectsOf(lab, orderId)).toEqual({
      captures: 1,
      keptCents: expect.any(Number) as number,
      items: [{ sku: 'P-0001', quantity: 2 }],
      parcels: 1,
    });
  });

  it('fails without any effect when there is not enough stock', async () => {
    const order = { key: nextKey(), fulfilment, sku: 'P-0040', quantity: 6 };
    const { orderId, failure } = await placeOrder(lab, order);
    expect(failure).toMatchObject({ step: 'reserve-stock', code: 'insufficient-stock' });
    expect(await effectsOf(lab, orderId)).toEqual(nothing);
  });

  it('gives the stock back when the card is declined', async () => {
    const order = { key: nextKey(), fulfilment, quantity: 1_000 };
    const { orderId, failure } = await placeOrder(lab, order);
    expect(failure).toMatchObject({ step: 'charge', code: 'payment-declined' });
    expect(await effectsOf(lab, orderId)).toEqual(nothing);
  });
});
