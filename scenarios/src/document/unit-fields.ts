import { z } from 'zod';
import type { FaultFieldView } from '../faults/fields.ts';
import { isQuantityUnit, quantity, type QuantityUnit } from './quantity.ts';

/** Ends of names that say the unit: `latencyMs` is written `latency: 2s` as well. */
const SUFFIXES: readonly { suffix: string; unit: QuantityUnit }[] = [
  { suffix: 'KBs', unit: 'KB/s' },
  { suffix: 'Bytes', unit: 'bytes' },
  { suffix: 'PerS', unit: '/s' },
  { suffix: 'Ms', unit: 'ms' },
  { suffix: 'Us', unit: 'µs' },
];

/** One way to write a field. */
export interface FieldWord {
  /** As in the document: `latency`. */
  word: string;
  /** As in the schema: `latencyMs`. */
  field: string;
  schema: z.ZodType;
}

/** `on` and `off`, which YAML 1.2 reads as text, or a boolean. */
export const switchSchema = z
  .union([z.boolean(), z.enum(['on', 'off'])], { error: 'must be on or off' })
  .transform((written) => written === true || written === 'on');

/** All ways to write the fields of a form; the first of a field is the one to recommend. */
export function wordsOf(fields: readonly FaultFieldView[]): FieldWord[] {
  return fields.flatMap((field): FieldWord[] => {
    const { name, description } = field;
    const ending = SUFFIXES.find(({ suffix }) => name.endsWith(suffix) && name !== suffix);
    const short = ending ? name.slice(0, -ending.suffix.length) : null;
    const own = { word: name, field: name, schema: ownSchema(field).describe(description) };
    if (!ending || short === null) return [own];
    const withUnit = quantity(ending.unit, rangeOf(field)).describe(description);
    return [{ word: short, field: name, schema: withUnit }, own];
  });
}

/** Brings what was written to the names of the schema; of two ways to write a field, the first. */
export function toFields(
  words: readonly FieldWord[],
  read: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const { word, field } of words) {
    if (read[word] !== undefined && !Object.hasOwn(fields, field)) fields[field] = read[word];
  }
  return fields;
}

function ownSchema(field: FaultFieldView): z.ZodType {
  const range = rangeOf(field);
  switch (field.type) {
    case 'choice':
      return z.enum(field.choices);
    case 'boolean':
      return switchSchema;
    case 'integer':
    case 'number':
      if (isQuantityUnit(field.unit)) return quantity(field.unit, { ...range, bare: true });
      return (range.integer ? z.int() : z.number()).min(range.minimum).max(range.maximum);
    case 'text':
      return z.string().min(1).max(500);
  }
}

function rangeOf({ minimum, maximum, type }: FaultFieldView) {
  return {
    minimum: minimum ?? 0,
    maximum: maximum ?? Number.MAX_SAFE_INTEGER,
    integer: type === 'integer',
  };
}
