/** What is asked of whoever charges cards. */
export interface CardCharge {
  /** Names the charge for ever: asked again under it, a provider charges nothing more. */
  chargeId: string;
  orderId: string;
  amountCents: number;
  /** ISO 4217. */
  currency: string;
}

/** What a provider says of a charge. */
export type CardAnswer =
  /** The money was taken: `capturedCents` as the provider says, whatever was asked. */
  | { kind: 'captured'; capturedCents: number }
  | { kind: 'declined'; reason: string }
  /** The charge was given back, or barred before it came: nothing is kept. */
  | { kind: 'given-back'; capturedCents: number }
  /** The provider never heard of it; only a question can tell. */
  | { kind: 'unheard' }
  /** The request certainly did not reach the provider. */
  | { kind: 'not-sent'; detail: string }
  /** Nobody can say now. It may have happened. */
  | { kind: 'unknown'; detail: string };

/** What a provider says to giving money back. */
export type CardRefund =
  /** In all: 0 if nothing had been captured, and from now on nothing will be. */
  { kind: 'given-back'; capturedCents: number } | { kind: 'unknown'; detail: string };

/**
 * Charges cards. Every call may take long or fail, so none is made inside of a transaction: the
 * intent is written before it, the outcome after it.
 */
export interface CardProvider {
  /** Charges once per charge id. An answer that got lost is asked for, never charged again. */
  charge(charge: CardCharge): Promise<CardAnswer>;
  /** What became of a charge, without charging. */
  ask(chargeId: string): Promise<CardAnswer>;
  /** Gives back all of a charge, once; one that comes later is barred. */
  giveBack(chargeId: string): Promise<CardRefund>;
}
