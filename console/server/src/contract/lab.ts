import { z } from 'zod';

/** The load: `GET /api/load`. `PUT` takes any subset. */
export const loadSchema = z.object({
  enabled: z.boolean(),
  /** HTTP requests per second over all journeys. */
  rps: z.number().min(0).max(500),
  /** Relative weights of the journeys. */
  mix: z.object({
    browse: z.number().min(0).max(1000),
    checkout: z.number().min(0).max(1000),
    history: z.number().min(0).max(1000),
  }),
  seed: z.int(),
});
/** See {@link loadSchema}. */
export type Load = z.infer<typeof loadSchema>;
/** Body of `PUT /api/load`. */
export const loadPatchSchema = z.strictObject(loadSchema.shape).partial();

/** Answer of `GET /api/invariants`: checked on demand, from the services' own data. */
export const invariantsSchema = z.object({
  holds: z.boolean(),
  checkedAt: z.number(),
  invariants: z.array(
    z.object({
      /** `money-conserved`, `stock-conserved`, `no-double-effect`, `one-outcome`, `no-stuck-saga`. */
      name: z.string(),
      title: z.string(),
      holds: z.boolean(),
      /** The sum behind it: `captured 1,204.00 - refunded 96.00 = confirmed 1,108.00`. */
      evidence: z.string(),
      violations: z.array(
        z.object({ subject: z.string(), detail: z.string(), traceId: z.string().optional() }),
      ),
    }),
  ),
});
/** See {@link invariantsSchema}. */
export type Invariants = z.infer<typeof invariantsSchema>;

/** One thing that was done or that happened, for charts. Bands have an end or are still open. */
export const markSchema = z.object({
  id: z.string(),
  kind: z.enum(['fault', 'policy', 'scale', 'lifecycle', 'load', 'breaker', 'saga', 'deadletter']),
  /** `ours`: we did it (violet). `theirs`: it happened (health colours). */
  side: z.enum(['ours', 'theirs']),
  at: z.number(),
  /** Bands only: end, epoch milliseconds; null while it lasts; absent for points. */
  until: z.number().nullable().optional(),
  title: z.string(),
  links: z.array(z.string()),
  services: z.array(z.string()),
  severity: z.enum(['info', 'warn', 'bad']),
});
/** See {@link markSchema}. */
export type Mark = z.infer<typeof markSchema>;
/** Answer of `GET /api/marks?from&to`. */
export const marksSchema = z.object({ marks: z.array(markSchema) });

/** One line of the audit trail: `GET /api/audit?limit=`; newest first. */
export const auditEntrySchema = z.object({
  at: z.number(),
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  detail: z.string(),
  outcome: z.enum(['done', 'refused', 'failed']),
});
/** Answer of `GET /api/audit`. */
export const auditSchema = z.object({ entries: z.array(auditEntrySchema) });

/** Answer of `GET /api/health`. */
export const healthSchema = z.object({
  status: z.enum(['ok', 'degraded']),
  version: z.string(),
  startedAt: z.number(),
  collector: z.enum(['connected', 'unreachable']),
  fleet: z.string(),
});
