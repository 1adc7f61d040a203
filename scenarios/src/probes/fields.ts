import { z } from 'zod';
import { DURATION_PATTERN, formatDuration, parseDuration } from '../document/units.ts';

/** Longest name of a service, operation, topic or event that a document may give. */
const LONGEST_NAME = 200;

/** A name of the lab, told in the reference page by `description`. */
export function nameField(description: string) {
  return z.string().min(1).max(LONGEST_NAME).meta({ description });
}

/** A link, `caller->callee`. */
export function linkField(description = 'Link, `caller->callee`') {
  return z
    .string()
    .regex(/^[a-z][a-z0-9-]*->[a-z][a-z0-9-]*$/, 'is a link such as orders->payments')
    .max(LONGEST_NAME)
    .meta({ description });
}

/**
 * A duration as people write it (`10s`, `1.5m`) or a number of milliseconds; milliseconds once
 * checked. Both bounds are included.
 */
export function durationField(range: {
  minimumMs: number;
  maximumMs: number;
  default?: string;
  description: string;
}) {
  const { minimumMs, maximumMs, description } = range;
  const rule = `is a duration from ${formatDuration(minimumMs)} to ${formatDuration(maximumMs)}, for instance ${range.default ?? '10s'}`;
  const written = z.union([z.string().regex(DURATION_PATTERN, rule), z.number()], { error: rule });
  const field = written.transform((value, context) => {
    const durationMs = parseDuration(value);
    if (durationMs !== null && durationMs >= minimumMs && durationMs <= maximumMs) {
      return durationMs;
    }
    context.addIssue({ code: 'custom', message: rule, input: value });
    return z.NEVER;
  });
  const initial = range.default;
  return (initial === undefined ? field : field.prefault(initial)).meta({
    description: `${description}; ${formatDuration(minimumMs)} to ${formatDuration(maximumMs)}`,
  });
}

/** Rule of a record: every one of its keys has this form. */
export function keysMatch(pattern: RegExp, rule: string) {
  return (record: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void => {
    for (const key of Object.keys(record)) {
      if (!pattern.test(key)) context.addIssue({ code: 'custom', message: rule, path: [key] });
    }
  };
}

/** How much of the past a reading outside of an observation is about. */
export function windowField(initial = '10s') {
  return durationField({
    minimumMs: 1000,
    maximumMs: 900_000,
    default: initial,
    description: 'How much of the past counts',
  });
}

/** One field of a kind's schema, as documentation and completion show it. */
export interface ProbeFieldView {
  name: string;
  /** `text`, `duration`, `number`, `yes or no`, `map`, `any`, or the choices. */
  type: string;
  required: boolean;
  default: string | number | boolean | null;
  choices: (string | number | boolean)[];
  description: string;
}

const choice = z.union([z.string(), z.number(), z.boolean()]);
const propertySchema = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(choice).optional(),
  anyOf: z.array(z.unknown()).optional(),
  default: choice.nullable().catch(null).default(null),
  description: z.string().default(''),
});

/** The fields of a kind, from its schema; `probe` itself is not one. */
export function fieldsOf(schema: z.ZodType): ProbeFieldView[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties)
    .filter(([name]) => name !== 'probe')
    .map(([name, property]) => {
      const field = propertySchema.parse(property);
      return {
        name,
        type: typeOf(field),
        required: required.includes(name),
        default: field.default,
        choices: field.enum ?? [],
        description: field.description,
      };
    });
}

function typeOf({ type, anyOf, enum: choices }: z.infer<typeof propertySchema>): string {
  if (choices) return 'choice';
  if (anyOf) return 'duration';
  switch (type) {
    case 'string':
      return 'text';
    case 'boolean':
      return 'yes or no';
    case 'object':
      return 'map';
    case 'number':
    case 'integer':
      return 'number';
    default:
      return 'any';
  }
}
