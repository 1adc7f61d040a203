import { describe, expect, it } from 'vitest';
import { NO_FULFILMENT } from './order-state.ts';
import { isSameRequest, normaliseLines, priceLines, type Order } from './order.ts';

const prices = new Map(
  [
    { sku: 'P-0001', name: 'Copper kettle', priceCents: 4_900, currency: 'EUR' },
    { sku: 'P-0002', name: 'Enamel mug', priceCents: 1_250, currency: 'EUR' },
  ].map((price) => [price.sku, price]),
);

describe('the lines of an order', () => {
  it('are merged by sku and put in order', () => {
    expect(
      normaliseLines([
        { sku: 'P-0002', quantity: 1 },
        { sku: 'P-0001', quantity: 1 },
        { sku: 'P-0002', quantity: 2 },
      ]),
    ).toEqual([
      { sku: 'P-0001', quantity: 1 },
      { sku: 'P-0002', quantity: 3 },
    ]);
  });

  it('add up to the total in whole cents', () => {
    const lines = [
      { sku: 'P-0001', quantity: 2 },
      { sku: 'P-0002', quantity: 3 },
    ];
    expect(priceLines(lines, prices)).toMatchObject({ totalCents: 13_550, currency: 'EUR' });
  });
});

describe('a repeated request', () => {
  const order: Order = {
    orderId: 'order-1',
    customerId: 'ada',
    state: 'pending',
    ...priceLines([{ sku: 'P-0001', quantity: 3 }], prices),
    failure: null,
    fulfilment: NO_FULFILMENT,
    version: 1,
    createdAt: 0,
    updatedAt: 0,
  };

  it('is the same however its lines are split', () => {
    const line = { sku: 'P-0001' };
    const items = [
      { ...line, quantity: 1 },
      { ...line, quantity: 2 },
    ];
    expect(isSameRequest(order, { customerId: 'ada', items })).toBe(true);
  });

  it('differs by customer and by quantity', () => {
    const items = [{ sku: 'P-0001', quantity: 3 }];
    expect(isSameRequest(order, { customerId: 'grace', items })).toBe(false);
    expect(
      isSameRequest(order, { customerId: 'ada', items: [{ sku: 'P-0001', quantity: 2 }] }),
    ).toBe(false);
  });
});
