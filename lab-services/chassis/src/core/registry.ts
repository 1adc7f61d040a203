import { z } from 'zod';
import { featureFlagSchema } from './flags.ts';
import { linkPolicySchema } from './policy.ts';
import { servicePolicySchema } from './service-policy.ts';
import { trustSchema } from './workload.ts';

/** One way to one instance of a callee. `host` and `port` are where the caller connects. */
export const endpointSchema = z.object({
  instance: z.string().min(1),
  host: z.string().min(1),
  port: z.int().min(1).max(65_535),
  /** Whether the launcher holds the instance for ready; callers prefer healthy endpoints. */
  healthy: z.boolean(),
});
/** See {@link endpointSchema}. */
export type Endpoint = z.infer<typeof endpointSchema>;

/** What a service instance needs to know of one of its links. */
export const linkConfigurationSchema = z.object({
  /** `caller->callee`, for instance `orders->payments`. */
  link: z.string().regex(/^[a-z-]+->[a-z-]+$/),
  endpoints: z.array(endpointSchema),
  policy: linkPolicySchema,
  /**
   * `server`: the callee shows its certificate; `mutual`: the caller shows its own, too. For
   * connections that are opened from now on.
   */
  tls: z.enum(['none', 'server', 'mutual']).default('none'),
});
/** See {@link linkConfigurationSchema}. */
export type LinkConfiguration = z.infer<typeof linkConfigurationSchema>;

/**
 * What the registry pushes to one service instance: the whole configuration of its links and of its
 * own patterns, each time anything in it changes.
 *
 * Wire: server-sent events on `GET {REGISTRY_URL}/registry/v1/watch?service=S&instance=I`; event
 * `snapshot`, data = this object as JSON; a comment line every 5 s as heartbeat. `version` grows
 * by at least one with every change and restarts at any number when the registry restarts.
 */
export const registrySnapshotSchema = z.object({
  version: z.int().min(0),
  links: z.array(linkConfigurationSchema),
  /** Patterns of the service itself. */
  service: servicePolicySchema.default({}),
  trust: trustSchema.prefault({}),
  flags: z.array(featureFlagSchema).default([]),
});
/** See {@link registrySnapshotSchema}. */
export type RegistrySnapshot = z.infer<typeof registrySnapshotSchema>;
