import { z } from 'zod';
import { listNames, nearest } from './nearest.ts';
import type { DocumentPath } from './path.ts';
import type { ProblemList } from './problems.ts';

/** What a schema found wrong with a value, as problems of the document. */
export function addIssues(
  problems: ProblemList,
  { schema, value, path }: { schema: z.ZodType; value: unknown; path: DocumentPath },
  issues: readonly z.core.$ZodIssue[],
  moreWords: readonly string[] = [],
): void {
  for (const issue of issues) {
    const inner = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
    const at = [...path, ...inner];
    const received = valueAt(value, inner);
    if (issue.code === 'unrecognized_keys') {
      const words = [...wordsAt(schema, inner), ...(inner.length === 0 ? moreWords : [])];
      for (const key of issue.keys) {
        problems.add(
          [...at, key],
          `is not a word here (${listNames(words)})`,
          valueAt(received, [key]),
          {
            meant: nearest(key, words),
            at: 'key',
          },
        );
      }
    } else if (issue.code === 'invalid_value' && received !== undefined) {
      const known = issue.values.map(String);
      const rule =
        known.length === 1 ? `must be ${known[0] ?? ''}` : `must be one of ${listNames(known)}`;
      problems.add(at, rule, received, { meant: nearest(received, known) });
    } else {
      problems.add(at, ruleOf(issue, received), received);
    }
  }
}

function ruleOf(issue: z.core.$ZodIssue, received: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return received === undefined
        ? `is missing: it must be ${KINDS[issue.expected] ?? issue.expected}`
        : `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `is missing: it must be one of ${listNames(issue.values.map(String))}`;
    case 'invalid_union':
      return received === undefined ? `is missing: it ${issue.message}` : issue.message;
    case 'too_small':
      return `must ${amount(issue.origin)} at least ${issue.minimum}${thing(issue.origin)}`;
    case 'too_big':
      return `must ${amount(issue.origin)} at most ${issue.maximum}${thing(issue.origin)}`;
    default:
      return issue.message;
  }
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

const amount = (origin: string): string => (Object.hasOwn(THINGS, origin) ? 'have' : 'be');
const thing = (origin: string): string => THINGS[origin] ?? '';
const THINGS: Readonly<Record<string, string>> = {
  string: ' characters',
  array: ' entries',
  record: ' entries',
};

function valueAt(value: unknown, path: DocumentPath): unknown {
  return path.reduce<unknown>(
    (current, part) =>
      typeof current === 'object' && current !== null && Object.hasOwn(current, part)
        ? (current as Record<string | number, unknown>)[part]
        : undefined,
    value,
  );
}

/** The words of the map at `path` within `schema`. */
function wordsAt(schema: z.ZodType, path: DocumentPath): string[] {
  let current: unknown = schema;
  for (const part of [...path, null]) {
    current = unwrapped(current);
    if (part === null) break;
    if (current instanceof z.ZodObject) current = current.shape[part];
    else if (current instanceof z.ZodArray) current = current.element;
    else if (current instanceof z.ZodRecord) current = current.valueType;
    else return [];
  }
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in);
  const isWrapper =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault;
  return isWrapper ? unwrapped(schema.unwrap()) : schema;
}
