import { z } from 'zod';

/** What a caller asks for. */
export const chargeRequestSchema = z.object({
  orderId: z.string().min(1).max(64),
  amountCents: z.int().min(1).max(1_000_000_000),
  /** ISO 4217. */
  currency: z.string().regex(/^[A-Z]{3}$/),
});

/** See {@link chargeRequestSchema}. */
export type ChargeRequest = z.infer<typeof chargeRequestSchema>;

/** A charge that was decided. */
export interface Charge extends ChargeRequest {
  chargeId: string;
  state: 'captured' | 'declined' | 'refunded';
  declineReason: string | null;
}

/** How a request to charge ended. */
export type ChargeOutcome =
  /** `replayed`: an earlier request with this key was decided; this is its answer. */
  | { kind: 'decided'; charge: Charge; replayed: boolean }
  /** The key belongs to a request with another content. */
  | { kind: 'key-reused' }
  /** The refund overtook the charge: it came too late and must have no effect. */
  | { kind: 'voided' };

/** What became of the order's money after a request to refund. */
export interface Refund {
  orderId: string;
  /** `voided`: there was nothing to give back, and now there never will be. */
  state: 'refunded' | 'voided';
  refundedCents: number;
}

/** The largest amount a card of this shop's customers may be charged at once: 5,000.00. */
export const CARD_LIMIT_CENTS = 500_000;

/** Why a card is declined; null if it is not. The same request is always decided the same. */
export function decideDecline({ amountCents }: ChargeRequest): string | null {
  return amountCents > CARD_LIMIT_CENTS
    ? `The amount ${amountCents} exceeds the card's limit of ${CARD_LIMIT_CENTS} cents.`
    : null;
}

/** Whether a repetition asks for the same as the first request with its key. */
export function isRepetition(first: ChargeRequest, again: ChargeRequest): boolean {
  return (
    first.orderId === again.orderId &&
    first.amountCents === again.amountCents &&
    first.currency === again.currency
  );
}
