import type { CardAnswer, CardCharge, CardRefund } from '../card-provider.ts';
import type { Authorisation, AuthorisationRequest } from './messages.ts';

/** Says a charge in the provider's words. */
export function toAuthorisationRequest(charge: CardCharge): AuthorisationRequest {
  return {
    request_reference: charge.chargeId,
    merchant_order: charge.orderId,
    value: toValue(charge.amountCents),
    currency: charge.currency,
    capture: 'IMMEDIATE',
  };
}

/** Says in the shop's words what the provider tells of a charge. */
export function toCardAnswer(told: Authorisation): CardAnswer {
  const capturedCents = toCents(told.captured_value);
  switch (told.status) {
    case 'CAPTURED':
      return { kind: 'captured', capturedCents };
    case 'SOFT_DECLINE':
      return { kind: 'declined', reason: declineOf(told.refusal) };
    case 'REVERSED':
    case 'CANCELLED':
      return toCents(told.reversed_value) === capturedCents
        ? { kind: 'given-back', capturedCents }
        : { kind: 'unknown', detail: `${told.status}, but not all of the money came back` };
  }
}

/** Says in the shop's words what the provider tells of a reversal. */
export function toCardRefund(told: Authorisation): CardRefund {
  const capturedCents = toCents(told.captured_value);
  return toCents(told.reversed_value) === capturedCents
    ? { kind: 'given-back', capturedCents }
    : { kind: 'unknown', detail: `${told.reversed_value} of ${told.captured_value} given back` };
}

/** The decimal string of an amount: 4900 is `49.00`. */
export function toValue(cents: number): string {
  const text = String(cents).padStart(3, '0');
  return `${text.slice(0, -2)}.${text.slice(-2)}`;
}

/** Cents of a decimal string with two places. */
export function toCents(value: string): number {
  return Number(value.replace('.', ''));
}

function declineOf(refusal: string | null): string {
  if (refusal === 'LIMIT_EXCEEDED') return "The amount exceeds the card's limit.";
  return 'The card was declined.';
}
