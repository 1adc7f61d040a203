import {
  featureFlagSchema,
  linkPolicyPatchSchema,
  linkPolicySchema,
  servicePolicySchema,
} from '@faultline/chassis/core';
import { PATTERN_FAMILIES } from '@faultline/topology';
import { z } from 'zod';

/** See `InstanceStatus` of the fleet. Times are epoch milliseconds. */
export const instanceSchema = z.object({
  id: z.string(),
  state: z.enum(['starting', 'ready', 'paused', 'crashed', 'stopped']),
  restarts: z.int(),
  startedAt: z.number().nullable(),
  port: z.int().nullable(),
  detail: z.string().nullable(),
});
/** See {@link instanceSchema}. */
export type Instance = z.infer<typeof instanceSchema>;

/** A service, or a resource such as `postgres`, with its instances. */
export const partSchema = z.object({
  name: z.string(),
  layer: z.string(),
  purpose: z.string(),
  maxReplicas: z.int(),
  instances: z.array(instanceSchema),
});
/** See {@link partSchema}. */
export type Part = z.infer<typeof partSchema>;

/** A link as the catalogue knows it, with the ids of the faults on it. */
export const linkSchema = z.object({
  name: z.string(),
  from: z.string(),
  to: z.string(),
  kind: z.enum(['service', 'database', 'broker']),
  /** What is spoken on it; `http` is HTTP/1.1. */
  protocol: z.enum(['http', 'grpc', 'postgresql', 'kafka']),
  /** Callee instances, one proxy each. */
  instances: z.array(z.string()),
  faults: z.array(z.string()),
});
/** See {@link linkSchema}. */
export type Link = z.infer<typeof linkSchema>;

/** One part's progress during a launch. */
export const launchProgressSchema = z.object({
  part: z.string(),
  state: z.enum(['waiting', 'starting', 'ready', 'failed']),
  detail: z.string(),
  elapsedMs: z.number(),
});
/** See {@link launchProgressSchema}. */
export type LaunchProgress = z.infer<typeof launchProgressSchema>;

/** What instances are run as: processes of this machine, or containers. */
export const runtimeKindSchema = z.enum(['process', 'docker']);
/** See {@link runtimeKindSchema}. */
export type RuntimeKind = z.infer<typeof runtimeKindSchema>;

/** Whether the engine that runs the containers can be reached, since when and why not. */
export const engineSchema = z.object({
  state: z.enum(['connected', 'lost']),
  since: z.number(),
  detail: z.string(),
});

/** One runtime of `GET /api/runtimes`; see `RuntimeReport` of the fleet. Sizes are bytes. */
export const runtimeSchema = z.object({
  kind: runtimeKindSchema,
  available: z.boolean(),
  problem: z.string().nullable(),
  warnings: z.array(z.string()),
  engine: z
    .object({
      version: z.string(),
      apiVersion: z.string(),
      operatingSystem: z.string(),
      cpus: z.number(),
      memoryBytes: z.number(),
    })
    .nullable(),
  images: z.array(z.object({ name: z.string(), action: z.enum(['present', 'pull', 'build']) })),
  footprintBytes: z.number(),
});
/** See {@link runtimeSchema}. */
export type Runtime = z.infer<typeof runtimeSchema>;
/** Answer of `GET /api/runtimes`: what the fleet can be launched on, looked up at the moment. */
export const runtimesSchema = z.object({ runtimes: z.array(runtimeSchema) });

/** Answer of `GET /api/fleet`. */
export const fleetSchema = z.object({
  runtime: runtimeKindSchema,
  /** Null for a runtime without an engine. */
  engine: engineSchema.nullable(),
  state: z.enum(['stopped', 'launching', 'ready', 'degraded', 'stopping']),
  services: z.array(partSchema),
  resources: z.array(partSchema),
  links: z.array(linkSchema),
  /** Of the launch under way or the last one. */
  progress: z.array(launchProgressSchema),
  /** Why the last launch failed, with the way out; null when it did not. */
  problem: z.string().nullable(),
  /** Everything the lab runs: memory in bytes, CPU as a ratio of one core. Null until measured. */
  usage: z
    .object({
      memoryBytes: z.number(),
      cpuRatio: z.number(),
      processes: z.int(),
      /** Cores that the machine of the control plane has for it. */
      cores: z.int(),
      /** Nearly all of them were in use for 15 s: what looks like a fault may be the machine. */
      saturated: z.boolean(),
    })
    .nullable(),
});
/** See {@link fleetSchema}. */
export type FleetView = z.infer<typeof fleetSchema>;

/**
 * Body of `POST /api/fleet/launch`; answers 202 with the fleet, or 409 `fleet-running` if it runs
 * on that runtime already. A fleet on the other runtime is stopped first.
 */
export const launchSchema = z.strictObject({ runtime: runtimeKindSchema.optional() });

/** Body of `POST /api/fleet/services/{service}/scale`. */
export const scaleSchema = z.strictObject({ replicas: z.int().min(0).max(20) });

/** `POST /api/fleet/instances/{instance}/{action}`; 204, 404, or 409 `wrong-state`. */
export const instanceActionSchema = z.enum(['kill', 'stop', 'start', 'restart', 'pause', 'resume']);
/** See {@link instanceActionSchema}. */
export type InstanceAction = z.infer<typeof instanceActionSchema>;

/** Answer of `GET /api/fleet/instances/{instance}/output?lines=200`. */
export const outputSchema = z.object({ instance: z.string(), lines: z.array(z.string()) });

/** What a policy belongs to. `fleet` with the name `mtls`: the switch for mutual TLS. */
export const policyTargetSchema = z.object({
  kind: z.enum(['link', 'service', 'flag', 'fleet']),
  name: z.string(),
});
/** See {@link policyTargetSchema}. */
export type PolicyTarget = z.infer<typeof policyTargetSchema>;

/** The policies of one link; `PATCH /api/policies/{link}` answers one. */
export const policySchema = z.object({
  link: z.string(),
  policy: linkPolicySchema,
  /** What the lab starts with: where the policy differs, a person changed it. */
  initial: linkPolicySchema,
});
/** See {@link policySchema}. */
export type PolicyView = z.infer<typeof policySchema>;

/** The patterns of one service; `PATCH /api/policies/services/{service}` answers one. */
export const servicePolicyViewSchema = z.object({
  service: z.string(),
  /** Only the patterns it has. */
  policy: servicePolicySchema,
  initial: servicePolicySchema,
});
/** See {@link servicePolicyViewSchema}. */
export type ServicePolicyView = z.infer<typeof servicePolicyViewSchema>;

/** One flag; `PATCH /api/policies/flags/{key}` answers one. */
export const flagViewSchema = z.object({ flag: featureFlagSchema, initial: featureFlagSchema });
/** See {@link flagViewSchema}. */
export type FlagView = z.infer<typeof flagViewSchema>;

/** One parameter of a pattern, ready to make a form from. */
export const patternFieldSchema = z.object({
  name: z.string(),
  title: z.string(),
  /** `ms`, `/s`, `ratio` or empty. */
  unit: z.string(),
  type: z.enum(['integer', 'number', 'choice', 'boolean']),
  minimum: z.number().nullable(),
  /** Whether the minimum itself is out of range. */
  exclusive: z.boolean(),
  maximum: z.number().nullable(),
  choices: z.array(z.string()),
});
/** See {@link patternFieldSchema}. */
export type PatternField = z.infer<typeof patternFieldSchema>;

/** What a person should know of a pattern; see `PatternDescription` of the topology. */
export const patternSchema = z.object({
  name: z.string(),
  of: z.enum(['link', 'service', 'fleet']),
  family: z.enum(PATTERN_FAMILIES),
  title: z.string(),
  row: z.string(),
  purpose: z.string(),
  whenOff: z.string(),
  /** Its parameters beside the switch. */
  fields: z.array(patternFieldSchema),
});
/** See {@link patternSchema}. */
export type PatternView = z.infer<typeof patternSchema>;

/** Mutual TLS as it is and as at launch; `PATCH /api/policies/mtls` answers it. */
export const mtlsSchema = z.object({ on: z.boolean(), initial: z.boolean() });

/** Answer of `POST /api/policies/reset`: what was not as at launch, and is now. */
export const policyResetSchema = z.object({ reset: z.array(policyTargetSchema) });

/** Answer of `GET /api/policies`. `POST /api/policies/reset` puts all as at launch. */
export const policiesSchema = z.object({
  policies: z.array(policySchema),
  services: z.array(servicePolicyViewSchema),
  flags: z.array(flagViewSchema),
  /** `PATCH /api/policies/mtls`. */
  mtls: mtlsSchema,
  patterns: z.array(patternSchema),
});
/** See {@link policiesSchema}. */
export type Policies = z.infer<typeof policiesSchema>;
/** Body of `PATCH /api/policies/{link}`. */
export const policyPatchSchema = linkPolicyPatchSchema;
/** Body of `PATCH /api/policies/mtls`. */
export const mtlsPatchSchema = z.strictObject({ on: z.boolean() });
