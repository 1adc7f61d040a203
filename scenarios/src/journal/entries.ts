import { z } from 'zod';

/**
 * The journal of a run: every act and every observation with its time, in order. It is the output of
 * the engine and the only input of views and reports. One JSON object a line on disk.
 */
const value = z.union([z.number(), z.string(), z.boolean()]).nullable();
const names = z.array(z.string());

/** Phases of one variant, in the order in which they come. */
export const PHASES = [
  'preparing',
  'warming-up',
  'steady-before',
  'method',
  'steady-after',
  'undoing',
  'steady-after-undo',
  'settling',
  'invariants',
] as const;
/** See {@link PHASES}. */
export type Phase = (typeof PHASES)[number];

/** What a run or a variant comes to. */
export const VERDICTS = ['holds', 'fails', 'inconclusive'] as const;
/** See {@link VERDICTS}. */
export type Verdict = (typeof VERDICTS)[number];

/**
 * Exit codes of `faultline run`: 0 as claimed, 1 a hypothesis or an invariant failed (or a variant did
 * not show what the document claims), 2 inconclusive, 3 stopped by a condition or a person, 4 the undo
 * was not clean, 70 the lab itself failed. (64, bad usage or document, never gets as far as a run.)
 */
export const EXIT_CODES = {
  holds: 0,
  fails: 1,
  inconclusive: 2,
  aborted: 3,
  undoNotClean: 4,
  labFault: 70,
} as const;

/** One check of the document, as views show it. */
export const checkViewSchema = z.object({
  id: z.string(),
  title: z.string(),
  /** As written: `< 400ms`. */
  expect: z.string(),
  unit: z.string(),
  /** When it must be so, for people: `before and after`; journals of earlier versions do not say. */
  when: z.string().optional(),
});

/** One step of the plan. `path`: `0`, `1`, `1.0` for the first branch of a block, … */
export const planStepSchema = z.object({
  path: z.string(),
  kind: z.string(),
  title: z.string(),
  line: z.int(),
  /** Longest time it may take, milliseconds; 0 for what is done at once. */
  atMostMs: z.number(),
});

/** What a run is going to do: the dry run prints it, nothing is touched by making it. */
export const planSchema = z.object({
  experiment: z.string(),
  title: z.string(),
  seed: z.int(),
  /** What it takes as a rule, milliseconds; journals of earlier versions do not say. */
  aboutMs: z.number().optional(),
  /** Longest time of everything, milliseconds. */
  atMostMs: z.number(),
  variants: z.array(
    z.object({
      name: z.string(),
      expect: z.enum(['holds', 'fails']).nullable(),
      /** For people: `orders->payments breaker off`. */
      changes: names,
    }),
  ),
  checks: z.array(checkViewSchema),
  steps: z.array(planStepSchema),
  /** Everything that is touched: the union over all steps. */
  blastRadius: z.object({ links: names, services: names, instances: names }),
  /** What is put back in every ending, in order. */
  undo: names,
  abortWhen: names,
  invariants: names,
  sometimes: names,
});
/** See {@link planSchema}. */
export type Plan = z.infer<typeof planSchema>;

const base = {
  /** From 0, without gaps. */
  seq: z.int(),
  /** Epoch milliseconds. */
  at: z.number(),
  /** The variant it belongs to; null for the run as a whole. */
  variant: z.string().nullable(),
};

function entry<Kind extends string, Shape extends z.ZodRawShape>(kind: Kind, shape: Shape) {
  return z.object({ ...base, kind: z.literal(kind), ...shape });
}

/** See the comments of the members. */
export const journalEntrySchema = z.discriminatedUnion('kind', [
  entry('run-started', {
    runId: z.string(),
    runKind: z.enum(['experiment', 'soak']),
    /** The document as it was run; for a soak, its settings as YAML. */
    document: z.string(),
    description: z.string(),
    pattern: z.string().nullable(),
    lookAt: names,
    runbook: z.string().nullable(),
    tags: names,
    requestedBy: z.string(),
    /** `process` or `docker`. */
    runtime: z.string(),
    version: z.string(),
    plan: planSchema,
  }),
  entry('variant-started', {
    expect: z.enum(['holds', 'fails']).nullable(),
    because: names,
    changes: names,
    /** Position in the sweep, with its value; null outside of one. */
    sweep: z.object({ field: z.string(), value }).nullable(),
  }),
  entry('phase', { phase: z.enum(PHASES) }),
  entry('step-started', { path: z.string(), title: z.string() }),
  entry('step-ended', {
    path: z.string(),
    outcome: z.enum(['done', 'failed', 'stopped']),
    detail: z.string(),
  }),
  /** Something that the engine did. `failed`: it was refused or broke; `detail` says why. */
  entry('act', {
    what: z.enum([
      'reset-data',
      'load',
      'policy',
      'inject',
      'clear',
      'scale',
      'schema',
      'redrive',
      'rebuild',
      'restore',
    ]),
    title: z.string(),
    links: names,
    services: names,
    outcome: z.enum(['done', 'failed']),
    detail: z.string(),
    durationMs: z.number(),
    /** Of injections and their end. */
    faultId: z.string().nullable(),
  }),
  /** A fault ended without the engine asking: its time was over, or somebody cleared it. */
  entry('fault-ended', { faultId: z.string(), why: z.string() }),
  /** One look at a check, about once a second: what charts are made of. */
  entry('observation', {
    check: z.string(),
    value,
    samples: z.number().nullable(),
    within: z.boolean().nullable(),
  }),
  /** A decision about a check. */
  entry('check', {
    check: z.string(),
    when: z.enum(['before', 'await', 'during', 'after', 'after-undo']),
    outcome: z.enum(['held', 'broken', 'no-data']),
    value,
    samples: z.number().nullable(),
    /** For people: `p95 was 1.00 s, expected < 400ms (312 calls)`. */
    detail: z.string(),
  }),
  /** Whether a fault had an effect that could be measured. */
  entry('effect', { faultId: z.string(), seen: z.boolean(), detail: z.string() }),
  /** Whether something that should have happened at least once was seen. */
  entry('sighting', {
    title: z.string(),
    seen: z.boolean(),
    count: z.int(),
    firstAt: z.number().nullable(),
  }),
  entry('invariant', {
    name: z.string(),
    title: z.string(),
    holds: z.boolean(),
    evidence: z.string(),
    violations: z.array(
      z.object({ subject: z.string(), detail: z.string(), traceId: z.string().optional() }),
    ),
  }),
  /** The run is to end early; everything is undone. */
  entry('aborted', {
    by: z.enum(['condition', 'person', 'disconnect', 'stop-all', 'time-limit', 'lab-fault']),
    reason: z.string(),
  }),
  /** What is left of everything that was done. */
  entry('undo', { clean: z.boolean(), left: names }),
  /** A number of a sweep. */
  entry('measured', { id: z.string(), title: z.string(), unit: z.string(), value }),
  entry('note', { severity: z.enum(['info', 'warn']), text: z.string() }),
  entry('variant-ended', {
    verdict: z.enum(VERDICTS),
    /** Why, most important first. */
    reasons: names,
    /** Ids of broken checks and names of broken invariants. */
    broken: names,
    /** Whether it showed what the document claims. */
    asClaimed: z.boolean(),
    exitCode: z.int(),
  }),
  entry('run-ended', {
    verdict: z.enum(VERDICTS),
    asClaimed: z.boolean(),
    exitCode: z.int(),
    reasons: names,
  }),
]);
/** See {@link journalEntrySchema}. */
export type JournalEntry = z.infer<typeof journalEntrySchema>;
/** An entry of one kind. */
export type EntryOf<Kind extends JournalEntry['kind']> = Extract<JournalEntry, { kind: Kind }>;
