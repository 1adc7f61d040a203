import { z } from 'zod';

/** What merchants ask for. Values are decimal strings with two places: `49.00`. */
export const authorisationRequestSchema = z.strictObject({
  /** The merchant's own; one reference is one authorisation. */
  request_reference: z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/),
  /** What the merchant sells; told back, never looked at. */
  merchant_order: z.string().min(1).max(64),
  value: z.string().regex(/^(0|[1-9]\d{0,6})\.\d{2}$/),
  /** ISO 4217. */
  currency: z.string().regex(/^[A-Z]{3}$/),
  capture: z.literal('IMMEDIATE'),
});
/** See {@link authorisationRequestSchema}. */
export type AuthorisationRequest = z.infer<typeof authorisationRequestSchema>;

/** What became of an authorisation. */
export const STATUSES = ['CAPTURED', 'SOFT_DECLINE', 'REVERSED', 'CANCELLED'] as const;

/** As merchants see it. */
export const authorisationSchema = z.object({
  psp_reference: z.string(),
  request_reference: z.string(),
  merchant_order: z.string(),
  status: z.enum(STATUSES),
  /** Null unless it was declined. */
  refusal: z.string().nullable(),
  value: z.string(),
  captured_value: z.string(),
  reversed_value: z.string(),
  currency: z.string(),
});
/** See {@link authorisationSchema}. */
export type Authorisation = z.infer<typeof authorisationSchema>;

/** Cards take no more than this at once, minor units: 5,000.00. */
export const CARD_LIMIT_UNITS = 500_000;

/** Minor units of a decimal string with two places. */
export function toUnits(value: string): number {
  return Number(value.replace('.', ''));
}

/** The decimal string of minor units. */
export function toValue(units: number): string {
  const text = String(units).padStart(3, '0');
  return `${text.slice(0, -2)}.${text.slice(-2)}`;
}

/** Why a card is declined; null if it is not. */
export function refusalOf(units: number): string | null {
  return units > CARD_LIMIT_UNITS ? 'LIMIT_EXCEEDED' : null;
}
