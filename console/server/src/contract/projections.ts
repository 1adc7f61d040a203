import { z } from 'zod';

const generationSchema = z.object({
  generation: z.int(),
  /** Last position of the log that is in it. */
  checkpoint: z.int(),
  startedAt: z.number(),
});

/** Where a projection stands. Times are epoch milliseconds. */
export const projectionStatusSchema = z.object({
  /** Last position of the log. */
  head: z.int(),
  serving: generationSchema,
  /** A rebuild under way, beside the generation that serves. */
  building: generationSchema.nullable(),
  lagEvents: z.int(),
  lagMs: z.number(),
  /** The answers show everything that was consumed up to then. */
  asOf: z.number(),
  rebuiltAt: z.number().nullable(),
});
/** See {@link projectionStatusSchema}. */
export type ProjectionStatus = z.infer<typeof projectionStatusSchema>;

/** One service's projection, or why it could not be asked. */
export const projectionSchema = z.object({
  service: z.string(),
  status: projectionStatusSchema.nullable(),
  problem: z.string().nullable(),
});
/** See {@link projectionSchema}. */
export type Projection = z.infer<typeof projectionSchema>;

/** Answer of `GET /api/projections`. */
export const projectionsSchema = z.object({ projections: z.array(projectionSchema) });
/** See {@link projectionsSchema}. */
export type Projections = z.infer<typeof projectionsSchema>;
