import { z } from 'zod';
import { policyTargetSchema } from './fleet.ts';

/** One active fault: a lease that ends by itself. */
export const faultSchema = z.object({
  id: z.string(),
  kind: z.string(),
  /** For people: `latency 2 s ± 100 ms`. */
  summary: z.string(),
  /** What it hits: the selector as given, and what that meant when it was applied. */
  target: z.object({
    selector: z.string(),
    links: z.array(z.string()),
    instances: z.array(z.string()),
  }),
  /** The request as it was validated. */
  spec: z.record(z.string(), z.unknown()),
  owner: z.string(),
  appliedAt: z.number(),
  expiresAt: z.number(),
  /** `reverting` until the undo was verified; `stuck` when it could not be, and is retried. */
  state: z.enum(['active', 'reverting', 'stuck']),
  detail: z.string().nullable(),
});
/** See {@link faultSchema}. */
export type Fault = z.infer<typeof faultSchema>;

/** Answer of `GET /api/faults`. */
export const faultsSchema = z.object({
  faults: z.array(faultSchema),
  /** True after `stop all`, until released: new faults are refused with 409 `stopped`. */
  latched: z.boolean(),
});
/** See {@link faultsSchema}. */
export type Faults = z.infer<typeof faultsSchema>;

/** Answer of `DELETE /api/faults`: what stop all ended and what it put as at launch. */
export const stoppedSchema = faultsSchema.extend({
  ended: z.array(z.string()),
  reset: z.array(policyTargetSchema),
});
/** See {@link stoppedSchema}. */
export type Stopped = z.infer<typeof stoppedSchema>;

/**
 * Body of `POST /api/faults`: `kind`, one selector (`link`, `links`, `service` or `instance`),
 * the fields of the kind, and `ttlSeconds` (1 to 3600, default 60). Answers 201 with the fault.
 * `POST /api/faults/{id}/extend {seconds}` prolongs it, `DELETE /api/faults/{id}` ends it (204
 * when verified clean), `DELETE /api/faults` is stop all: clears, verifies, latches, and puts policies,
 * flags and mutual TLS as at launch;
 * `POST /api/faults/release` lifts the latch.
 */
export const faultRequestSchema = z.looseObject({
  kind: z.string(),
  ttlSeconds: z.number().min(1).max(3600).default(60),
});

/** Body of `POST /api/faults/{id}/extend`. */
export const extendSchema = z.strictObject({ seconds: z.number().min(1).max(3600) });

/** One field of a kind's form. */
export const faultFieldSchema = z.object({
  name: z.string(),
  title: z.string(),
  /** `ms`, `s`, `KB/s`, `bytes`, `ratio`, … or empty. */
  unit: z.string(),
  type: z.enum(['integer', 'number', 'choice', 'boolean', 'text']),
  minimum: z.number().nullable(),
  maximum: z.number().nullable(),
  default: z.union([z.number(), z.string(), z.boolean()]).nullable(),
  choices: z.array(z.string()),
  description: z.string(),
});
/** See {@link faultFieldSchema}. */
export type FaultField = z.infer<typeof faultFieldSchema>;

/** Answer of `GET /api/faults/kinds`: the registry, ready to make forms from. */
export const faultKindsSchema = z.object({
  kinds: z.array(
    z.object({
      kind: z.string(),
      title: z.string(),
      summary: z.string(),
      selects: z.enum(['link', 'links', 'instance', 'load', 'broker', 'identity']),
      /** Whether it hits only lines that speak HTTP/1.1. */
      needsHttp: z.boolean(),
      fields: z.array(faultFieldSchema),
    }),
  ),
  /** How far faults may reach in this lab; what goes beyond is refused with 409. */
  limits: z.object({
    /** Most instances that one fault hits; null: any number. */
    targets: z.int().nullable(),
    /** Longest time of a fault, seconds. */
    durationSeconds: z.int(),
    /** Services and instances that nothing hits; `*` stands for any run of characters. */
    protected: z.array(z.string()),
  }),
});
/** See {@link faultKindsSchema}. */
export type FaultLimitsView = z.infer<typeof faultKindsSchema>['limits'];
/** See {@link faultKindsSchema}. */
export type FaultKindView = z.infer<typeof faultKindsSchema>['kinds'][number];
