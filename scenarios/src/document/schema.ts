import { z } from 'zod';
import { CHECK_SHAPE, createCheckSchema } from './checks.ts';
import { createInjectionSchemas } from './injection.ts';
import { loadSchema } from './load.ts';
import { createPolicySchemas } from './policies.ts';
import { duration } from './quantity.ts';
import { createSightingSchema } from './sightings.ts';
import { createStepSchema, createStepSchemas } from './steps.ts';
import { createSweepSchema } from './sweep.ts';
import { createVariantsSchema } from './variants.ts';
import type { Vocabulary } from './vocabulary.ts';

const text = (maximum: number) => z.string().trim().min(1).max(maximum);

/** The word `metadata`. */
export const metadataSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9-]{3,80}$/, { error: 'must be 3 to 80 lower-case letters, digits and -' })
    .describe('The claim, which is also the file name'),
  title: text(200).describe('The claim as a sentence'),
  pattern: z
    .string()
    .regex(/^[A-Z]\d{1,2}[a-z]?$/, { error: 'must be a row of the pattern catalogue, such as R4' })
    .optional()
    .describe('Row of the pattern catalogue that it proves'),
  description: z
    .string()
    .trim()
    .max(4000)
    .default('')
    .describe('Why this happens, in a few sentences'),
  lookAt: z.array(text(300)).max(20).default([]).describe('What to look at while it runs'),
  tags: z
    .array(
      z.string().regex(/^[a-z0-9-]{1,40}$/, { error: 'must be lower-case letters, digits, -' }),
    )
    .max(20)
    .default([])
    .describe('To find it by'),
  runbook: z
    .string()
    .regex(/^runbooks\/[a-z0-9-]{1,80}\.md$/, { error: 'must be a path such as runbooks/slow.md' })
    .optional()
    .describe('What to do when this happens, below scenarios/'),
});

/** The word `recovery`. */
export const recoverySchema = duration(1000, 600_000)
  .prefault('30s')
  .describe('Longest time the steady state may take to come back after the method');

/** Beside a check of `abortWhen`. */
export const abortShape = {
  for: duration(0, 600_000).prefault(0).describe('How long it must be broken without a break'),
};

/** Everything that documents are read with, made for one vocabulary. */
export type Schemas = ReturnType<typeof createSchemas>;

/** Creates the schemas of a vocabulary: they validate, and give editors their JSON Schema. */
export function createSchemas(vocabulary: Vocabulary) {
  const policies = createPolicySchemas(vocabulary);
  const injections = createInjectionSchemas(vocabulary);
  const steps = createStepSchemas(vocabulary);
  const sighting = createSightingSchema(vocabulary);
  const sweep = createSweepSchema(vocabulary);
  const forms = [...injections.values()].map(({ schema }) => schema);
  const step = createStepSchema(vocabulary, steps, policies, forms);
  const check = createCheckSchema(vocabulary, CHECK_SHAPE);
  const document = z.strictObject({
    apiVersion: z.literal('faultline/v1').describe('Version of this format'),
    kind: z.literal('Experiment').describe('What the document is'),
    metadata: metadataSchema.describe('Name, title and what else people want to know'),
    load: loadSchema.prefault({}).describe('Load of the run'),
    policies: z
      .array(policies.change)
      .max(50)
      .optional()
      .describe('In force for all variants, and put back afterwards'),
    steadyState: z
      .array(check)
      .max(50)
      .optional()
      .describe('What must hold before, after, and after the undo'),
    method: z.array(step).min(1).max(200).describe('What is done, step by step'),
    recovery: recoverySchema,
    abortWhen: z
      .array(createCheckSchema(vocabulary, { ...CHECK_SHAPE, ...abortShape }))
      .max(20)
      .optional()
      .describe('The run ends when one of these checks is broken for its time'),
    invariants: z
      .array(z.enum(vocabulary.names.invariants))
      .max(50)
      .optional()
      .describe('What the business data must satisfy at the end'),
    sometimes: z
      .array(sighting)
      .max(50)
      .optional()
      .describe('What must have been seen, or the run proves nothing'),
    variants: createVariantsSchema(policies).optional().describe('Ways to run it, by name'),
    sweep: sweep.optional().describe('Runs with one field of a policy over several values'),
  });
  return { vocabulary, document, policies, injections, steps, sighting, sweep };
}
