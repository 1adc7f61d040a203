import { describe, expect, it } from 'vitest';
import type { Authorisation } from './messages.ts';
import {
  toAuthorisationRequest,
  toCardAnswer,
  toCardRefund,
  toCents,
  toValue,
} from './translation.ts';

const told: Authorisation = {
  request_reference: 'charge-1',
  status: 'CAPTURED',
  refusal: null,
  captured_value: '49.00',
  reversed_value: '0.00',
  currency: 'EUR',
};

it.each([
  [1, '0.01'],
  [100, '1.00'],
  [4_905, '49.05'],
  [1_000_000_000, '10000000.00'],
])('%i cents are %s, there and back', (cents, value) => {
  expect(toValue(cents)).toBe(value);
  expect(toCents(value)).toBe(cents);
});

it('a charge becomes an authorisation that is captured at once, under the id of the charge', () => {
  const charge = { chargeId: 'charge-1', orderId: 'o-1', amountCents: 4_900, currency: 'EUR' };
  expect(toAuthorisationRequest(charge)).toEqual({
    request_reference: 'charge-1',
    merchant_order: 'o-1',
    value: '49.00',
    currency: 'EUR',
    capture: 'IMMEDIATE',
  });
});

describe('what the provider tells', () => {
  it.each([
    [{}, { kind: 'captured', capturedCents: 4_900 }],
    [
      { status: 'SOFT_DECLINE', refusal: 'LIMIT_EXCEEDED', captured_value: '0.00' },
      { kind: 'declined', reason: "The amount exceeds the card's limit." },
    ],
    [
      { status: 'SOFT_DECLINE', refusal: 'DO_NOT_HONOUR', captured_value: '0.00' },
      { kind: 'declined', reason: 'The card was declined.' },
    ],
    [
      { status: 'REVERSED', reversed_value: '49.00' },
      { kind: 'given-back', capturedCents: 4_900 },
    ],
    [
      { status: 'CANCELLED', captured_value: '0.00' },
      { kind: 'given-back', capturedCents: 0 },
    ],
  ] as const)('%j is said in our words', (change, answer) => {
    expect(toCardAnswer({ ...told, ...change })).toEqual(answer);
  });

  it('is unknown when only a part of the money came back', () => {
    const half = { ...told, status: 'REVERSED', reversed_value: '20.00' } as const;
    expect(toCardAnswer(half).kind).toBe('unknown');
    expect(toCardRefund(half).kind).toBe('unknown');
  });
});
