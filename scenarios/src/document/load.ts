import { DEFAULT_LOAD } from '@faultline/topology';
import { z } from 'zod';
import type { LoadSpec } from './model.ts';
import { duration, quantity } from './quantity.ts';

const weight = z.number().min(0).max(1000);
const mixShape = {
  browse: weight.describe('Weight of browsing the catalogue'),
  checkout: weight.describe('Weight of ordering'),
  history: weight.describe('Weight of looking at past orders'),
};
const mixSchema = z
  .strictObject(mixShape)
  .partial()
  .refine((mix) => Object.values(mix).some((one) => (one ?? 0) > 0), {
    error: 'must have a weight above 0',
  })
  .transform(({ browse = 0, checkout = 0, history = 0 }) => ({ browse, checkout, history }))
  .describe('Relative weights of the journeys; a journey that is not named is not played');
const rps = quantity('/s', { minimum: 0, maximum: 500, bare: true }).describe(
  'Requests per second over all journeys',
);

/** Largest seed. */
export const MAXIMUM_SEED = 2_147_483_647;

/** The word `load` at the top: defaults are those of the lab. */
export const loadSchema = z.strictObject({
  rps: rps.prefault(DEFAULT_LOAD.rps),
  mix: mixSchema.prefault({ ...DEFAULT_LOAD.mix }),
  seed: z
    .int()
    .min(0)
    .max(MAXIMUM_SEED)
    .default(DEFAULT_LOAD.seed)
    .describe('Same seed, same load and same chance'),
  warmup: duration(0, 600_000)
    .prefault('10s')
    .describe('Time under load before anything is measured'),
});

/** The step `load`: what is not named stays. */
export const loadChangeSchema = z
  .strictObject({ rps: rps.optional(), mix: mixSchema.optional() })
  .refine(({ rps: rate, mix }) => rate !== undefined || mix !== undefined, {
    error: 'must change rps or mix',
  });

/** The load as the engine takes it. */
export function toLoad({ warmup, ...load }: z.output<typeof loadSchema>): LoadSpec {
  return { ...load, warmupMs: warmup };
}
