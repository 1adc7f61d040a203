import { z } from 'zod';

/** One field of a kind's form, derived from the kind's schema. */
export interface FaultFieldView {
  name: string;
  title: string;
  /** `ms`, `KB/s`, `bytes`, `ratio`, … or empty. */
  unit: string;
  type: 'integer' | 'number' | 'choice' | 'boolean' | 'text';
  minimum: number | null;
  maximum: number | null;
  default: number | string | boolean | null;
  choices: string[];
  description: string;
}

/** Metadata of a field: what a form and the reference page say about it. */
interface FieldText {
  title: string;
  unit: string;
  description: string;
}

/** A whole number with a range and a default. */
export function integerField(
  text: FieldText & { minimum: number; maximum: number; default: number },
) {
  const { minimum, maximum, default: initial, ...meta } = text;
  return z.int().min(minimum).max(maximum).default(initial).meta(meta);
}

/** A number with a range and a default. */
export function numberField(
  text: FieldText & { minimum: number; maximum: number; default: number },
) {
  const { minimum, maximum, default: initial, ...meta } = text;
  return z.number().min(minimum).max(maximum).default(initial).meta(meta);
}

/** One of a few words; the first is the default. */
export function choiceField<const Options extends readonly [string, ...string[]]>(
  text: Omit<FieldText, 'unit'>,
  options: Options,
) {
  const initial: Options[number] = options[0];
  return z
    .enum(options)
    .default(initial as never)
    .meta({ ...text, unit: '' });
}

/** Free text of at most `longest` characters, printable and on one line. */
export function textField(
  text: Omit<FieldText, 'unit'> & { longest?: number; default?: string; rule?: RegExp },
) {
  const { longest = 200, default: initial = '', rule = ONE_LINE, ...meta } = text;
  return z
    .string()
    .max(longest)
    .regex(rule)
    .default(initial)
    .meta({ ...meta, unit: '' });
}

const ONE_LINE = /^[^\p{Cc}]*$/u;

/** Share of connections that are hit; drawn once a connection. */
export function toxicityField() {
  return z.number().min(0).max(1).default(1).meta({
    title: 'Share of connections',
    unit: 'ratio',
    description: 'Each connection draws once whether it is hit',
  });
}

/** Which way of the connection is hit. */
export function streamField(initial: 'upstream' | 'downstream' | 'both') {
  return z.enum(['upstream', 'downstream', 'both']).default(initial).meta({
    title: 'Direction',
    unit: '',
    description: 'upstream: requests to the callee; downstream: its responses; or both',
  });
}

const propertySchema = z.object({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  default: z.union([z.number(), z.string(), z.boolean()]).optional(),
  title: z.string().default(''),
  unit: z.string().default(''),
  description: z.string().default(''),
});

/** The fields of a kind's form, from its schema; `kind` itself is not a field. */
export function fieldsOf(schema: z.ZodObject): FaultFieldView[] {
  const document = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(document.properties ?? {})
    .filter(([name]) => name !== 'kind')
    .map(([name, property]) => {
      const field = propertySchema.parse(property);
      return {
        name,
        title: field.title || name,
        unit: field.unit,
        type: typeOf(field),
        minimum: field.minimum ?? null,
        maximum: field.maximum ?? null,
        default: field.default ?? null,
        choices: field.enum ?? [],
        description: field.description,
      };
    });
}

function typeOf(field: z.infer<typeof propertySchema>): FaultFieldView['type'] {
  if (field.enum) return 'choice';
  if (field.type === 'boolean') return 'boolean';
  if (field.type === 'string') return 'text';
  return field.type === 'integer' ? 'integer' : 'number';
}
