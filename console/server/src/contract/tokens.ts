import { z } from 'zod';

/** Body of `POST /api/tokens`: a person of the lab. */
export const tokenRequestSchema = z.strictObject({
  /** `customer-001` to `customer-200`, `support-001`, `admin-001`. */
  user: z.string().regex(/^(customer-\d{3}|support-001|admin-001)$/),
});

/** Answer of `POST /api/tokens`. */
export const tokenSchema = z.object({
  user: z.string(),
  /** Bearer token for the public API. */
  accessToken: z.string(),
  expiresInS: z.number(),
  /** For the login page. */
  password: z.string(),
  /** Where the public API and the login page answer on this machine; null if nowhere. */
  apiUrl: z.string().nullable(),
  loginUrl: z.string().nullable(),
});
/** See {@link tokenSchema}. */
export type Token = z.infer<typeof tokenSchema>;
