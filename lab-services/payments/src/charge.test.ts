import { describe, expect, it } from 'vitest';
import { CARD_LIMIT_CENTS, decideDecline, isRepetition } from './charge.ts';

const request = { orderId: 'order-1', amountCents: 100, currency: 'EUR' };

describe('a card', () => {
  it('takes a charge of exactly its limit', () => {
    expect(decideDecline({ ...request, amountCents: CARD_LIMIT_CENTS })).toBeNull();
  });

  it('is declined one cent above its limit, with the amount and the limit', () => {
    expect(decideDecline({ ...request, amountCents: CARD_LIMIT_CENTS + 1 })).toBe(
      "The amount 500001 exceeds the card's limit of 500000 cents.",
    );
  });
});

describe('a repetition', () => {
  it('asks for the same order, amount and currency', () => {
    expect(isRepetition(request, { ...request })).toBe(true);
    expect(isRepetition(request, { ...request, orderId: 'order-2' })).toBe(false);
    expect(isRepetition(request, { ...request, amountCents: 101 })).toBe(false);
    expect(isRepetition(request, { ...request, currency: 'CHF' })).toBe(false);
  });
});
