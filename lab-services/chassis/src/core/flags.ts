import { z } from 'zod';

/**
 * A feature flag, evaluated through OpenFeature. On for the listed users, and for `percentage` of
 * all others by a stable hash of key and user id: who had it at 10 % has it at 20 %.
 */
export const featureFlagSchema = z.object({
  key: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
  /** One sentence for people. */
  purpose: z.string().default(''),
  /** The kill switch: false is off for everybody. */
  enabled: z.boolean().default(true),
  percentage: z.number().min(0).max(100).default(0).describe('Share of users, percent'),
  /** User ids that always have it while it is enabled. */
  users: z.array(z.string().min(1).max(64)).max(1000).default([]),
});
/** See {@link featureFlagSchema}. */
export type FeatureFlag = z.infer<typeof featureFlagSchema>;

/** A change to a flag; absent fields stay. */
export const featureFlagPatchSchema = z
  .strictObject({
    enabled: z.boolean(),
    percentage: z.number().min(0).max(100),
    users: z.array(z.string().min(1).max(64)).max(1000),
  })
  .partial();
/** See {@link featureFlagPatchSchema}. */
export type FeatureFlagPatch = z.infer<typeof featureFlagPatchSchema>;
