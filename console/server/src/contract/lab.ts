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
  kind: z.enum([
    ...['fault', 'policy', 'scale', 'lifecycle', 'load', 'run', 'breaker', 'saga', 'deadletter'],
  ] as const),
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

/** One thing that somebody did, or tried to do. */
export const auditEntrySchema = z.object({
  at: z.number(),
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  detail: z.string(),
  outcome: z.enum(['done', 'refused', 'failed']),
});

/** An entry where it stands in the file. */
export const auditRowSchema = auditEntrySchema.extend({
  /** From 1. */
  line: z.int(),
  /** SHA-256 over the entry and the hash of the one before, hexadecimal. */
  hash: z.string(),
});
/** See {@link auditRowSchema}. */
export type AuditRow = z.infer<typeof auditRowSchema>;
/** Answer of `GET /api/audit?limit=&actor=&action=&target=&q=`; newest first. */
export const auditSchema = z.object({ entries: z.array(auditRowSchema) });

/** Answer of `GET /api/audit/verify`: the whole file was read. Times are epoch milliseconds. */
export const auditVerdictSchema = z.object({
  whole: z.boolean(),
  /** Entries of the chain up to its end or its first break. */
  entries: z.int(),
  /** Times of the first and the last of them; null when there is none. */
  since: z.number().nullable(),
  until: z.number().nullable(),
  /** Lines that a crash cut short and behind which the chain went on: nothing is lost. */
  scraps: z.int(),
  sizeBytes: z.number(),
  checkedAt: z.number(),
  /** The first line that breaks the chain. */
  problem: z
    .object({
      line: z.int(),
      what: z.enum(['changed', 'missing', 'reordered', 'truncated']),
      detail: z.string(),
    })
    .nullable(),
});
/** See {@link auditVerdictSchema}. */
export type AuditVerdict = z.infer<typeof auditVerdictSchema>;

/** One number that an instance tells of its patterns; names as in its `/metrics`. */
export const gaugeSchema = z.object({
  instance: z.string(),
  name: z.string(),
  labels: z.record(z.string(), z.string()),
  value: z.number(),
});
/** See {@link gaugeSchema}. */
export type Gauge = z.infer<typeof gaugeSchema>;
/** Answer of `GET /api/services/{service}/gauges`, asked at the moment. */
export const gaugesSchema = z.object({
  service: z.string(),
  gauges: z.array(gaugeSchema),
  /** Instances that did not answer. */
  silent: z.array(z.string()),
});
/** See {@link gaugesSchema}. */
export type Gauges = z.infer<typeof gaugesSchema>;

/** Answer of `GET /api/health`. */
export const healthSchema = z.object({
  status: z.enum(['ok', 'degraded']),
  version: z.string(),
  startedAt: z.number(),
  collector: z.enum(['connected', 'unreachable']),
  fleet: z.string(),
});
