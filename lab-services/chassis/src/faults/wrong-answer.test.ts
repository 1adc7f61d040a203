import { expect, test } from 'vitest';
import { distort, distortJson } from './wrong-answer.ts';

test('amounts and quantities are a tenth too much, and nothing else changes', () => {
  expect(
    distort({
      orderId: 17,
      status: 'captured',
      totalCents: 1250,
      captured_value: '12.50',
      lines: [{ sku: 'P-0001', quantity: 1, unitPriceCents: 0, available: 40 }],
      stock: [{ sku: 'P-0001', onHand: 4, reserved: 2 }],
      ratioOfTotal: 1,
      value: null,
      price: '12 €',
      amount: 2.5,
    }),
  ).toEqual({
    orderId: 17,
    status: 'captured',
    totalCents: 1375,
    captured_value: '13.75',
    lines: [{ sku: 'P-0001', quantity: 2, unitPriceCents: 1, available: 44 }],
    stock: [{ sku: 'P-0001', onHand: 4, reserved: 3 }],
    ratioOfTotal: 2,
    value: null,
    price: '12 €',
    amount: 3.5,
  });
});

test('what is no JSON is left alone', () => {
  expect(distortJson('totalCents: 5')).toBeUndefined();
  expect(distortJson('5')).toBe('5');
});
