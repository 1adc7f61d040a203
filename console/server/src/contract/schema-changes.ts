import { z } from 'zod';

/** Phases of a schema change by expand and contract, in their order. */
export const SCHEMA_PHASES = [
  'before',
  'expand',
  'dual-write',
  'backfill',
  'read-new',
  'contract',
] as const;
const phaseSchema = z.enum(SCHEMA_PHASES);
/** See {@link SCHEMA_PHASES}. */
export type SchemaPhase = z.infer<typeof phaseSchema>;

/** Where a service's schema change stands: `GET /api/schema/:service`. */
export const schemaStatusSchema = z.object({
  phase: phaseSchema,
  /** Whether every instance has left the phase before. */
  settled: z.boolean(),
  /** Rows copied, of all. */
  backfill: z.object({ done: z.int(), total: z.int() }),
  /** Phases that one may go to from here. */
  next: z.array(phaseSchema),
});
/** See {@link schemaStatusSchema}. */
export type SchemaStatus = z.infer<typeof schemaStatusSchema>;

/** Body of `POST /api/schema/:service/phase`; `all-at-once` is the way that breaks old readers. */
export const schemaPhaseRequestSchema = z.strictObject({
  phase: z.enum([...SCHEMA_PHASES, 'all-at-once']),
});
