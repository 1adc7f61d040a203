import { z } from 'zod';
import { checkViewSchema, PHASES, planSchema, planStepSchema, VERDICTS } from './entries.ts';

const names = z.array(z.string());
const value = z.union([z.number(), z.string(), z.boolean()]).nullable();

/** How a run ended. */
export const outcomeSchema = z.object({
  verdict: z.enum(VERDICTS),
  asClaimed: z.boolean(),
  exitCode: z.int(),
  reasons: names,
});
/** See {@link outcomeSchema}. */
export type Outcome = z.infer<typeof outcomeSchema>;

/** One variant of a run, made of its journal. Times `...Ms` are since the variant began. */
export const variantViewSchema = z.object({
  name: z.string(),
  expect: z.enum(['holds', 'fails']).nullable(),
  because: names,
  changes: names,
  sweep: z.object({ field: z.string(), value }).nullable(),
  state: z.enum(['waiting', 'running', 'ended']),
  phase: z.enum(PHASES).nullable(),
  /** Epoch milliseconds. */
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  steps: z.array(
    planStepSchema.extend({
      state: z.enum(['waiting', 'running', 'done', 'failed', 'stopped']),
      startedMs: z.number().nullable(),
      endedMs: z.number().nullable(),
      detail: z.string(),
    }),
  ),
  phases: z.array(
    z.object({ phase: z.enum(PHASES), fromMs: z.number(), toMs: z.number().nullable() }),
  ),
  checks: z.array(
    checkViewSchema.extend({
      /** One point a look: [ms since the variant began, value or null]. */
      points: z.array(z.tuple([z.number(), value])),
      decisions: z.array(
        z.object({
          when: z.enum(['before', 'await', 'during', 'after', 'after-undo']),
          outcome: z.enum(['held', 'broken', 'no-data']),
          value,
          samples: z.number().nullable(),
          atMs: z.number(),
          detail: z.string(),
        }),
      ),
    }),
  ),
  /** Faults as bands. */
  faults: z.array(
    z.object({
      faultId: z.string(),
      title: z.string(),
      links: names,
      services: names,
      fromMs: z.number(),
      toMs: z.number().nullable(),
      effect: z.object({ seen: z.boolean(), detail: z.string() }).nullable(),
    }),
  ),
  /** Everything else that was done, and what happened. */
  marks: z.array(
    z.object({
      atMs: z.number(),
      side: z.enum(['ours', 'theirs']),
      title: z.string(),
      severity: z.enum(['info', 'warn', 'bad']),
    }),
  ),
  sightings: z.array(
    z.object({
      title: z.string(),
      seen: z.boolean(),
      count: z.int(),
      firstMs: z.number().nullable(),
    }),
  ),
  invariants: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      holds: z.boolean(),
      evidence: z.string(),
      violations: z.array(
        z.object({ subject: z.string(), detail: z.string(), traceId: z.string().optional() }),
      ),
    }),
  ),
  measured: z.array(z.object({ id: z.string(), title: z.string(), unit: z.string(), value })),
  aborted: z.object({ by: z.string(), reason: z.string() }).nullable(),
  undo: z.object({ clean: z.boolean(), left: names }).nullable(),
  outcome: outcomeSchema.extend({ broken: names }).nullable(),
});
/** See {@link variantViewSchema}. */
export type VariantView = z.infer<typeof variantViewSchema>;

/** One thing in which variants differ, the largest difference first. */
export const differenceSchema = z.object({
  /** What differs: a check, an invariant, a sighting, a phase. */
  subject: z.string(),
  title: z.string(),
  unit: z.string(),
  /** One a variant, in their order. */
  values: z.array(value),
  /** For people: `4.2 times as long without breaker`. */
  summary: z.string(),
  /** 0 to 1; how much it matters. */
  weight: z.number(),
});
/** See {@link differenceSchema}. */
export type Difference = z.infer<typeof differenceSchema>;

/** A run as people see it, made of its journal. */
export const runViewSchema = z.object({
  id: z.string(),
  runKind: z.enum(['experiment', 'soak']),
  state: z.enum(['queued', 'running', 'ended']),
  /** Place in the queue, from 1; 0 when it is not waiting. */
  position: z.int(),
  experiment: z.string(),
  title: z.string(),
  description: z.string(),
  pattern: z.string().nullable(),
  lookAt: names,
  runbook: z.string().nullable(),
  tags: names,
  seed: z.int(),
  requestedBy: z.string(),
  runtime: z.string(),
  queuedAt: z.number(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  document: z.string(),
  plan: planSchema,
  variants: z.array(variantViewSchema),
  differences: z.array(differenceSchema),
  notes: z.array(
    z.object({ at: z.number(), severity: z.enum(['info', 'warn']), text: z.string() }),
  ),
  outcome: outcomeSchema.nullable(),
});
/** See {@link runViewSchema}. */
export type RunView = z.infer<typeof runViewSchema>;
