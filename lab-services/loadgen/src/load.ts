import { z } from 'zod';

/** What customers do. */
export const JOURNEYS = ['browse', 'checkout', 'history'] as const;
/** See {@link JOURNEYS}. */
export type Journey = (typeof JOURNEYS)[number];

const weight = z.number().min(0).max(1_000);

/** A load: how much, of what, in which order. */
export const loadSchema = z.strictObject({
  /** HTTP requests per second over all journeys, on average; 0 to 500. */
  rps: z.number().min(0).max(500),
  /** Relative weights of the journeys; at least one above 0. */
  mix: z
    .strictObject({ browse: weight, checkout: weight, history: weight })
    .refine(({ browse, checkout, history }) => browse + checkout + history > 0, {
      message: 'at least one weight must be above 0',
    }),
  /** The same seed and mix give the same sequence of requests. */
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  enabled: z.boolean().default(true),
  /** Share of checkouts that ask for more than a card allows, 0 to 1. */
  declineRatio: z.number().min(0).max(1).default(0),
});

/** See {@link loadSchema}. */
export type Load = z.infer<typeof loadSchema>;

const DEFAULT_MIX = '{"browse":6,"checkout":3,"history":1}';

/** The load at the start, from the environment. */
const environmentSchema = z.object({
  LOAD_RPS: z.coerce.number().min(0).max(500).default(40),
  LOAD_SEED: z.coerce.number().int().default(7),
  LOAD_ENABLED: z.enum(['true', 'false']).default('true'),
  /** JSON. */
  LOAD_MIX: z.string().default(DEFAULT_MIX).transform(parseJson).pipe(loadSchema.shape.mix),
});

/** Reads LOAD_RPS, LOAD_MIX, LOAD_SEED and LOAD_ENABLED. @throws ZodError that names the bad variable */
export function readInitialLoad(environment: NodeJS.ProcessEnv): Load {
  const { LOAD_RPS, LOAD_MIX, LOAD_SEED, LOAD_ENABLED } = environmentSchema.parse(environment);
  return {
    rps: LOAD_RPS,
    mix: LOAD_MIX,
    seed: LOAD_SEED,
    enabled: LOAD_ENABLED === 'true',
    declineRatio: 0,
  };
}

function parseJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: `must be JSON; received ${text.slice(0, 100)}` });
    return z.NEVER;
  }
}
