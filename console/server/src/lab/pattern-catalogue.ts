import { linkPolicySchema, servicePolicySchema } from '@faultline/chassis/core';
import {
  LINK_PATTERN_DESCRIPTIONS,
  SERVICE_PATTERN_DESCRIPTIONS,
  type PatternDescription,
} from '@faultline/topology';
import { z } from 'zod';
import type { PatternField, PatternView } from '../contract/index.ts';

const propertySchema = z.object({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
  description: z.string().default(''),
});

/** The part of a JSON Schema that is read: an object of patterns, each an object of fields. */
const documentSchema = z.object({
  properties: z.record(
    z.string(),
    z.object({ properties: z.record(z.string(), propertySchema).optional() }),
  ),
});

/** Every pattern with what a person should know of it and its parameters, from the policies' schemas. */
export const PATTERN_CATALOGUE: readonly PatternView[] = [
  ...describe('link', LINK_PATTERN_DESCRIPTIONS, linkPolicySchema),
  ...describe('service', SERVICE_PATTERN_DESCRIPTIONS, servicePolicySchema),
  {
    name: 'mtls',
    of: 'fleet',
    family: 'security',
    title: 'Mutual TLS',
    row: 'I3',
    purpose: 'Both ends of every link between services show a certificate of the lab',
    whenOff: 'Traffic is readable on the wire, and any process may pose as a service',
    fields: [],
  },
];

function describe(
  of: PatternView['of'],
  descriptions: Readonly<Record<string, PatternDescription>>,
  schema: z.ZodObject,
): PatternView[] {
  const document = documentSchema.parse(z.toJSONSchema(schema, { io: 'input' }));
  return Object.entries(descriptions).map(([name, description]) => ({
    name,
    of,
    ...description,
    fields: fieldsOf(document.properties[name]?.properties ?? {}),
  }));
}

function fieldsOf(properties: Record<string, z.infer<typeof propertySchema>>): PatternField[] {
  return Object.entries(properties)
    .filter(([name]) => name !== 'enabled')
    .map(([name, field]) => ({
      name,
      // The unit stands beside the value: a title need not say it again.
      title: field.description.replace(/, (milliseconds|ms|1\/s)$/, '') || name,
      unit: unitOf(name),
      type: typeOf(field),
      minimum: field.minimum ?? field.exclusiveMinimum ?? null,
      exclusive: field.exclusiveMinimum !== undefined,
      maximum: field.maximum ?? null,
      choices: field.enum ?? [],
    }));
}

/** Names carry their unit at the end: `attemptMs`, `requestsPerS`, `failureRatio`. */
function unitOf(name: string): string {
  if (name.endsWith('Ms')) return 'ms';
  if (name.endsWith('PerS')) return '/s';
  return /ratio$/i.test(name) ? 'ratio' : '';
}

function typeOf(field: z.infer<typeof propertySchema>): PatternField['type'] {
  if (field.enum) return 'choice';
  if (field.type === 'boolean') return 'boolean';
  return field.type === 'integer' ? 'integer' : 'number';
}
