import { z } from 'zod';

/** An error answer of any HTTP API of the lab (RFC 9457, `application/problem+json`). */
export const problemSchema = z.object({
  type: z.string().default('about:blank'),
  title: z.string(),
  status: z.int().min(400).max(599),
  /** Stable, machine-readable: `order-not-found`. Clients switch on this and on nothing else. */
  code: z.string().regex(/^[a-z][a-z0-9-]*$/),
  detail: z.string().optional(),
  /** Which fields of the request broke which rule, with the value received. */
  errors: z
    .array(z.object({ field: z.string(), rule: z.string(), received: z.string().optional() }))
    .optional(),
});

/** See {@link problemSchema}. */
export type Problem = z.infer<typeof problemSchema>;
