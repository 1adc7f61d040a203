import { ProblemError, problem } from '@faultline/chassis';
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

/**
 * Life of a charge. Every intent is written down before the card provider is asked, its outcome
 * afterwards, so a crash in between leaves something to resume.
 *
 *     pending --> captured --> refunding --> refunded
 *        |  \                   ^     \
 *        |   +-----------------+       +--> voided     nothing had been captured
 *        v                              \
 *     declined <-------------------------+             another amount had been captured
 */
export const CHARGE_STATES = [
  'pending',
  'captured',
  'declined',
  'refunding',
  'refunded',
  'voided',
] as const;

/** A charge as it is kept. */
export interface Charge extends ChargeRequest {
  chargeId: string;
  state: (typeof CHARGE_STATES)[number];
  declineReason: string | null;
  /** Whether the amount that was asked was captured once, whatever came after. */
  wasCaptured: boolean;
}

/** How a request to charge ended. */
export type ChargeOutcome =
  /** `replayed`: an earlier request with this key was decided; this is its answer. */
  | { kind: 'decided'; charge: Charge; replayed: boolean }
  /** The key belongs to a request with another content. */
  | { kind: 'key-reused' }
  /** The refund overtook the charge: it came too late and must have no effect. */
  | { kind: 'voided' }
  /** The provider was not reached: nothing was charged. */
  | { kind: 'not-charged'; detail: string };

/** What became of the order's money after a request to refund. */
export interface Refund {
  orderId: string;
  /** `voided`: there was nothing to give back, and now there never will be. */
  state: 'refunded' | 'voided';
  refundedCents: number;
}

/** How a charge is kept from being made twice. */
export interface ChargeGuard {
  idempotencyKey: string;
  /** False: the key is written down and not looked at. */
  once: boolean;
}

/**
 * Nobody can say what became of the money. The intent is written down; asking again goes on with
 * it, and so does this service by itself.
 */
export class OutcomeUnknownError extends ProblemError {
  constructor(detail: string) {
    super(problem(503, 'payment-unavailable', `The card provider is silent: ${detail}`).problem);
  }
}

/** Whether a repetition asks for the same as the first request with its key. */
export function isRepetition(first: ChargeRequest, again: ChargeRequest): boolean {
  return (
    first.orderId === again.orderId &&
    first.amountCents === again.amountCents &&
    first.currency === again.currency
  );
}
