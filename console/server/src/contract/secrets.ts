import { SECRET_KINDS } from '@faultline/chassis/core';
import { z } from 'zod';

/** Body of `POST /api/secrets/rotate`. */
export const rotateSecretsSchema = z.strictObject({
  /** What is replaced. */
  what: z.enum(SECRET_KINDS),
});

/** A kind of secret that can be replaced while the fleet runs; never a value. */
export const secretViewSchema = z.object({
  what: z.enum(SECRET_KINDS),
  title: z.string(),
  /** What is replaced and how, for people. */
  effect: z.string(),
  /** When a person replaced it last in this launch, epoch milliseconds. */
  rotatedAt: z.number().nullable(),
});
/** See {@link secretViewSchema}. */
export type SecretView = z.infer<typeof secretViewSchema>;

/** Answer of `GET /api/secrets`. */
export const secretsSchema = z.object({ secrets: z.array(secretViewSchema) });
/** See {@link secretsSchema}. */
export type Secrets = z.infer<typeof secretsSchema>;
