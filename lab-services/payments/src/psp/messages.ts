import { z } from 'zod';

/** The provider's words, as far as this shop needs them. */
const money = z.string().regex(/^\d{1,9}\.\d{2}$/);

/** What the provider tells of an authorisation. Fields that are not named here are ignored. */
export const authorisationSchema = z.object({
  request_reference: z.string(),
  status: z.enum(['CAPTURED', 'SOFT_DECLINE', 'REVERSED', 'CANCELLED']),
  refusal: z.string().max(100).nullable(),
  captured_value: money,
  reversed_value: money,
  currency: z.string(),
});
/** See {@link authorisationSchema}. */
export type Authorisation = z.infer<typeof authorisationSchema>;

/** The provider's envelope of errors. */
export const refusalSchema = z.object({
  error: z.object({ error_code: z.string().max(64), error_text: z.string().max(500) }),
});

/** A request to authorise and capture at once. */
export interface AuthorisationRequest {
  request_reference: string;
  merchant_order: string;
  value: string;
  currency: string;
  capture: 'IMMEDIATE';
}
