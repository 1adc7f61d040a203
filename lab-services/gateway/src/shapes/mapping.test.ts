import { expect, it } from 'vitest';
import type { ProductPage } from '../products.ts';
import { toMobileOrders, toMobileProduct, toWebOrders, toWebProduct } from './mapping.ts';

const page: ProductPage = {
  sku: 'P-0001',
  name: 'Copper kettle',
  description: 'Whistles',
  priceCents: 4_905,
  currency: 'EUR',
  stale: false,
  stock: { state: 'available', available: 3 },
  recommendations: { basis: 'similar', skus: ['P-0002', 'P-0003', 'P-0004', 'P-0005'] },
  missing: [],
};

it('the web is shown everything at once', () => {
  const other = { ...page, sku: 'P-0002', name: 'Tea' };
  expect(toWebProduct(page, [other])).toEqual({
    sku: 'P-0001',
    name: 'Copper kettle',
    description: 'Whistles',
    price: '49.05 EUR',
    stock: { state: 'available', available: 3, label: '3 left' },
    recommendations: {
      basis: 'similar',
      title: 'Bought together',
      products: [{ sku: 'P-0002', name: 'Tea', price: '49.05 EUR' }],
    },
    stale: false,
    missing: [],
  });
});

it.each([
  [{ state: 'available', available: 100 }, 'In stock'],
  [{ state: 'available', available: 99 }, '99 left'],
  [{ state: 'unknown', available: null }, 'In stock'],
  [{ state: 'sold-out', available: 0 }, 'Sold out'],
] as const)('stock %j is told as %s', (stock, label) => {
  expect(toWebProduct({ ...page, stock }, []).stock.label).toBe(label);
});

it('a phone is shown the least, and sells while nobody knows the stock', () => {
  const mobile = toMobileProduct({ ...page, stock: { state: 'unknown', available: null } });
  expect(mobile).toEqual({
    sku: 'P-0001',
    name: 'Copper kettle',
    price: '49.05 EUR',
    buyable: true,
    more: ['P-0002', 'P-0003', 'P-0004'],
  });
});

it('orders are told in a line on the web and in three words on a phone', () => {
  const order = {
    orderId: 'o-1',
    customerId: 'ada',
    state: 'failed' as const,
    items: [{ sku: 'P-0001', quantity: 2, name: 'Copper kettle', unitPriceCents: 4_905 }],
    totalCents: 9_810,
    currency: 'EUR',
    failure: { code: 'payment-declined', detail: 'No.' },
    createdAt: 7,
    updatedAt: 8,
  };
  expect(toWebOrders([order]).orders).toEqual([
    {
      orderId: 'o-1',
      state: 'failed',
      headline: 'Failed: payment-declined',
      total: '98.10 EUR',
      lines: [{ sku: 'P-0001', text: '2 × Copper kettle' }],
      placedAt: 7,
    },
  ]);
  expect(toMobileOrders([order]).orders).toEqual([
    { id: 'o-1', state: 'failed', total: '98.10 EUR' },
  ]);
});
