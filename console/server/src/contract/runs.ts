import {
  differenceSchema,
  outcomeSchema,
  planSchema,
  runViewSchema,
} from '@faultline/scenarios/journal';
import { z } from 'zod';

/** One thing wrong with a document: where, what, and the way out. */
export const documentProblemSchema = z.object({
  /** From 1. */
  line: z.int(),
  column: z.int(),
  /** `method[0].inject.latency`. */
  path: z.string(),
  message: z.string(),
  suggestion: z.string().nullable(),
});
/** See {@link documentProblemSchema}. */
export type DocumentProblemView = z.infer<typeof documentProblemSchema>;

/** Largest document, characters. */
export const MAXIMUM_DOCUMENT = 200_000;
const documentText = z.string().min(1).max(MAXIMUM_DOCUMENT);

/**
 * Body of `POST /api/experiments/validate`. Always answered 200 for a body of this shape. A document
 * that is well formed is also held against the fleet: its plan, or why there is none.
 */
export const validateSchema = z.strictObject({ document: documentText, seed: z.int().optional() });
export const validationSchema = z.object({
  valid: z.boolean(),
  problems: z.array(documentProblemSchema),
  /** Null for an invalid document. `blastRadius` is that of the running fleet, else by the catalogue. */
  plan: planSchema.nullable(),
});
/** See {@link validationSchema}. */
export type Validation = z.infer<typeof validationSchema>;

/** What became of an experiment last, by variant. */
export const lastResultSchema = z.object({
  runId: z.string(),
  endedAt: z.number(),
  outcome: outcomeSchema,
  variants: z.array(
    z.object({
      name: z.string(),
      expect: z.enum(['holds', 'fails']).nullable(),
      verdict: z.enum(['holds', 'fails', 'inconclusive']),
      asClaimed: z.boolean(),
    }),
  ),
});

/** One experiment of the library. */
export const experimentSummarySchema = z.object({
  name: z.string(),
  title: z.string(),
  pattern: z.string().nullable(),
  tags: z.array(z.string()),
  description: z.string(),
  /** Kinds of faults it injects. */
  faults: z.array(z.string()),
  variants: z.array(z.object({ name: z.string(), expect: z.enum(['holds', 'fails']).nullable() })),
  /** `library`: came with Faultline, cannot be changed; `own`: saved by a person of this lab. */
  origin: z.enum(['library', 'own']),
  /** False: it is shown with its problems and cannot be run. */
  valid: z.boolean(),
  /** What all its variants take as a rule, milliseconds. */
  aboutMs: z.number(),
  /** Longest time of everything, milliseconds. */
  atMostMs: z.number(),
  last: lastResultSchema.nullable(),
});
/** See {@link experimentSummarySchema}. */
export type ExperimentSummary = z.infer<typeof experimentSummarySchema>;

/** Answer of `GET /api/experiments`. */
export const experimentsSchema = z.object({ experiments: z.array(experimentSummarySchema) });

/** Answer of `GET /api/experiments/{name}`. */
export const experimentSchema = experimentSummarySchema.extend({
  document: z.string(),
  problems: z.array(documentProblemSchema),
  plan: planSchema.nullable(),
  /** What to look at while it runs; none for an invalid document. */
  lookAt: z.array(z.string()),
  /** Text of the runbook, Markdown; null without one. */
  runbookText: z.string().nullable(),
});
/** See {@link experimentSchema}. */
export type ExperimentView = z.infer<typeof experimentSchema>;

/**
 * Body of `PUT /api/experiments/{name}`: saves an own experiment; 409 `library-experiment` for the
 * name of one that came with Faultline, 400 `invalid-document` with `errors` for a bad one.
 * `DELETE` removes an own one. `GET /api/experiments/schema` is the JSON Schema of documents.
 */
export const saveExperimentSchema = z.strictObject({ document: documentText });

/** Body of `POST /api/runs`. Answers 201 with the run, which waits if another one is under way. */
export const startRunSchema = z
  .strictObject({
    /** Name of an experiment of the library, or … */
    experiment: z.string().max(120).optional(),
    /** … a whole document. */
    document: documentText.optional(),
    /** Only these, in the order of the document; absent: all. */
    variants: z.array(z.string().max(120)).min(1).max(50).optional(),
    /** In place of the document's. */
    seed: z.int().optional(),
    /**
     * True: the run ends when nobody has watched `GET /api/runs/{id}/watch` for 10 s (a command line
     * that was killed).
     */
    attached: z.boolean().default(false),
  })
  .refine(({ experiment, document }) => (experiment === undefined) !== (document === undefined), {
    message: 'exactly one of experiment and document',
  });
/** See {@link startRunSchema}. */
export type StartRun = z.input<typeof startRunSchema>;

/** Body of `POST /api/soaks`; see `SoakSpec` of the scenarios. Answers 201 with the run. */
export const startSoakSchema = z.strictObject({
  seed: z.int().optional(),
  durationSeconds: z.number().min(10).max(86_400).default(300),
  rps: z.number().min(1).max(500).default(40),
  kinds: z.array(z.string().max(120)).max(100).default([]),
  off: z.array(z.string().max(120)).max(50).default([]),
  atOnce: z.int().min(1).max(10).default(2),
  shrink: z.boolean().default(true),
  shrinkSeconds: z.number().min(0).max(7200).default(900),
  attached: z.boolean().default(false),
});
/** See {@link startSoakSchema}. */
export type StartSoak = z.input<typeof startSoakSchema>;

/** A run in a list. */
export const runSummarySchema = runViewSchema
  .pick({
    id: true,
    runKind: true,
    state: true,
    position: true,
    experiment: true,
    title: true,
    pattern: true,
    seed: true,
    requestedBy: true,
    runtime: true,
    queuedAt: true,
    startedAt: true,
    endedAt: true,
    outcome: true,
  })
  .extend({
    variants: z.array(
      z.object({
        name: z.string(),
        expect: z.enum(['holds', 'fails']).nullable(),
        verdict: z.enum(['holds', 'fails', 'inconclusive']).nullable(),
        asClaimed: z.boolean().nullable(),
      }),
    ),
  });
/** See {@link runSummarySchema}. */
export type RunSummary = z.infer<typeof runSummarySchema>;

/** Answer of `GET /api/runs?experiment=&limit=50`; newest first. */
export const runsSchema = z.object({ runs: z.array(runSummarySchema) });

/**
 * `GET /api/runs/{id}` answers the run; `GET /api/runs/{id}/journal` its entries, a JSON object a line;
 * `GET /api/runs/{id}/report.{json|html|md|xml}` a report; `POST /api/runs/{id}/abort {reason?}` ends it
 * (202; 409 `run-ended`). `GET /api/runs/{id}/watch` is a stream of server-sent events: `run` with the
 * whole view at first, when anything changed (twice a second at most) and at the end, which closes it.
 * `GET /api/reports/suite.{json|html|md|xml}?runs=a,b` is one report of up to 200 runs.
 * `GET /api/compare?runs=a,b` puts two to four ended runs beside each other.
 */
export const runSchema = runViewSchema;
/** See {@link runSchema}. */
export type { RunView as Run } from '@faultline/scenarios/journal';
/** Answer of `GET /api/compare`: the runs as asked for; values of a difference are in their order. */
export const comparisonSchema = z.object({
  runs: z.array(runViewSchema),
  differences: z.array(differenceSchema),
});
/** See {@link comparisonSchema}. */
export type Comparison = z.infer<typeof comparisonSchema>;

export const abortRunSchema = z.strictObject({ reason: z.string().max(300).optional() });

export type {
  Difference,
  Outcome,
  Phase,
  Plan,
  VariantView,
  Verdict,
} from '@faultline/scenarios/journal';
