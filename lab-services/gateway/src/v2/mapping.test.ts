import { expect, it } from 'vitest';
import {
  fromOrderRequestV2,
  toMoney,
  toOrderV2,
  toPlacedV2,
  toProductListV2,
  toProductPageV2,
} from './mapping.ts';

const product = {
  sku: 'P-0001',
  name: 'Copper kettle',
  description: 'Whistles',
  priceCents: 4_905,
  currency: 'EUR',
};
const price = { amount: '49.05', currency: 'EUR' };

it.each([
  [0, '0.00'],
  [5, '0.05'],
  [100, '1.00'],
  [123_456_789, '1234567.89'],
  [-5, '-0.05'],
])('%i cents are %s', (cents, amount) => {
  expect(toMoney(cents, 'EUR')).toEqual({ amount, currency: 'EUR' });
});

it('a page of products tells where the next one begins, unless it is the last', () => {
  const list = { products: [product], stale: false };
  expect(toProductListV2(list, 1)).toEqual({
    items: [{ sku: 'P-0001', title: 'Copper kettle', description: 'Whistles', price }],
    meta: { stale: false, next_after: 'P-0001' },
  });
  expect(toProductListV2(list, 2).meta.next_after).toBeNull();
});

it('a product page keeps what is missing', () => {
  const page = toProductPageV2({
    ...product,
    stale: true,
    stock: { state: 'sold-out', available: 0 },
    recommendations: { basis: 'none', skus: [] },
    missing: ['product', 'recommendations'],
  });
  expect(page).toMatchObject({
    availability: { status: 'sold_out', quantity: 0 },
    meta: { stale: true, missing: ['product', 'recommendations'] },
  });
});

it('an order is asked for and told in snake case', () => {
  const lines = [{ sku: 'P-0001', quantity: 2 }];
  expect(fromOrderRequestV2({ customer_id: 'ada', lines })).toEqual({
    customerId: 'ada',
    items: lines,
  });
  expect(fromOrderRequestV2({ lines })).toEqual({ items: lines });
  expect(toPlacedV2({ orderId: 'o-1', state: 'confirmed', totalCents: 4_905 })).toEqual({
    order_id: 'o-1',
    status: 'confirmed',
    total: price,
  });
  expect(toPlacedV2({ orderId: 'o-1', state: 'pending' }).total).toBeNull();
  const order = toOrderV2({
    orderId: 'o-1',
    customerId: 'ada',
    state: 'confirmed',
    items: [{ sku: 'P-0001', quantity: 1, name: 'Copper kettle', unitPriceCents: 4_905 }],
    totalCents: 4_905,
    currency: 'EUR',
    failure: null,
    createdAt: 0,
    updatedAt: 1_500,
  });
  expect(order).toEqual({
    order_id: 'o-1',
    customer_id: 'ada',
    status: 'confirmed',
    lines: [{ sku: 'P-0001', title: 'Copper kettle', quantity: 1, unit_price: price }],
    total: price,
    failure: null,
    placed_at: '1970-01-01T00:00:00.000Z',
    updated_at: '1970-01-01T00:00:01.500Z',
  });
});
