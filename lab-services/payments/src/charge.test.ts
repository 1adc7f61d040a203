import { expect, it } from 'vitest';
import { isRepetition } from './charge.ts';

it('a repetition asks for the same order, amount and currency', () => {
  const request = { orderId: 'order-1', amountCents: 100, currency: 'EUR' };
  expect(isRepetition(request, { ...request })).toBe(true);
  expect(isRepetition(request, { ...request, orderId: 'order-2' })).toBe(false);
  expect(isRepetition(request, { ...request, amountCents: 101 })).toBe(false);
  expect(isRepetition(request, { ...request, currency: 'CHF' })).toBe(false);
});
