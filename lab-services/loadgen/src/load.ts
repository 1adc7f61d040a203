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

/** The load at the start, from the environment. */
const environmentSchema = z.object({
  LOAD_RPS: z.coerce.number().min(0).max(500).default(40),
  LOAD_SEED: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(7),
  LOAD_ENABLED: z.enum(['true', 'false']).default('true'),
});

/** Reads LOAD_RPS, LOAD_SEED and LOAD_ENABLED. @throws ZodError that names the bad variable */
export function readInitialLoad(environment: NodeJS.ProcessEnv): Load {
  const { LOAD_RPS, LOAD_SEED, LOAD_ENABLED } = environmentSchema.parse(environment);
  return {
    rps: LOAD_RPS,
    mix: { browse: 6, checkout: 3, history: 1 },
    seed: LOAD_SEED,
    enabled: LOAD_ENABLED === 'true',
    declineRatio: 0,
  };
}
