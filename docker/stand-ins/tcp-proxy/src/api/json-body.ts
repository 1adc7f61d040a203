import { REFUSALS, type Refusal } from '../proxy/refusal.ts';

/** A JSON object whose keys are looked up as Toxiproxy does: without regard to case. */
export type Fields = ReadonlyMap<string, unknown>;

/**
 * Parses the first JSON value of a body; like Toxiproxy, whatever follows it is ignored.
 *
 * @returns the value, wrapped, because `null` is one
 */
export function parseFirstValue(text: string): { readonly value: unknown } | Refusal {
  if (text.trim() === '') return REFUSALS.badBody('EOF');
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (cause) {
    const end = endOfFirstValue(text);
    if (end === undefined) return REFUSALS.badBody('unexpected EOF');
    try {
      return { value: JSON.parse(text.slice(0, end)) as unknown };
    } catch {
      return REFUSALS.badBody((cause as Error).message);
    }
  }
}

/** Fields of an object; `null` has none. Of two keys that differ in case, the last one counts. */
export function readFields(value: unknown, what: string): Fields | Refusal {
  if (value === null) return new Map();
  if (typeof value !== 'object' || Array.isArray(value)) {
    return REFUSALS.badField(`${what} must be an object`, value);
  }
  return new Map(Object.entries(value).map(([key, field]) => [key.toLowerCase(), field]));
}

interface Kinds {
  string: string;
  boolean: boolean;
  number: number;
  array: readonly unknown[];
}

/** Reads one field; absent and `null` give undefined, another kind a refusal. */
export function readField<Kind extends keyof Kinds>(
  fields: Fields,
  name: string,
  kind: Kind,
): Kinds[Kind] | undefined | Refusal {
  const value = fields.get(name);
  if (value === undefined || value === null) return undefined;
  const matches = kind === 'array' ? Array.isArray(value) : typeof value === kind;
  return matches
    ? (value as Kinds[Kind])
    : REFUSALS.badField(`${name} must be ${kind === 'array' ? 'an' : 'a'} ${kind}`, value);
}

/** Reads a whole number in [min, max]. */
export function readInteger(
  fields: Fields,
  name: string,
  min: number,
  max: number,
): number | undefined | Refusal {
  const value = fields.get(name);
  if (value === undefined || value === null) return undefined;
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
    ? (value as number)
    : REFUSALS.badField(`${name} must be an integer from ${min} to ${max}`, value);
}

/** Index just behind the first JSON value of `text`; undefined if it does not end. */
function endOfFirstValue(text: string): number | undefined {
  const start = text.search(/\S/);
  const opening = text[start];
  if (opening === '{' || opening === '[') return endOfNested(text, start);
  if (opening === '"') return endOfString(text, start);
  const scalar = /^[^\s{}[\]",]+/.exec(text.slice(start));
  return scalar ? start + scalar[0].length : text.length;
}

function endOfNested(text: string, start: number): number | undefined {
  let depth = 0;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (character === '"') {
      const end = endOfString(text, index);
      if (end === undefined) return undefined;
      index = end - 1;
    } else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth === 0) return index + 1;
  }
  return undefined;
}

function endOfString(text: string, start: number): number | undefined {
  for (let index = start + 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === '"') return index + 1;
  }
  return undefined;
}
