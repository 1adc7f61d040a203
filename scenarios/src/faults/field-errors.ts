import type { z } from 'zod';
import { showReceived, type FieldError } from './refusal.ts';

/** Most errors of one request that are told: the rest repeats them. */
const MAXIMUM_ERRORS = 10;

/** Says for each issue which field of `input` broke which rule, with the value received. */
export function fieldErrors(error: z.ZodError, input: unknown): FieldError[] {
  return error.issues.slice(0, MAXIMUM_ERRORS).flatMap((issue): FieldError[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.slice(0, MAXIMUM_ERRORS).map((key) => ({
        field: [...issue.path, key].join('.').slice(0, 120),
        rule: 'is not a field of this request',
        received: showReceived(valueAt(input, [...issue.path, key])),
      }));
    }
    return [
      {
        field: issue.path.join('.').slice(0, 120),
        rule: issue.message,
        received: showReceived(valueAt(input, issue.path)),
      },
    ];
  });
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (current, key) =>
      typeof current === 'object' && current !== null && Object.hasOwn(current, key)
        ? (current as Record<PropertyKey, unknown>)[key]
        : undefined,
    input,
  );
}

/** All of them as one text for people. */
export function describeErrors(errors: readonly FieldError[]): string {
  return errors
    .map(({ field, rule, received }) => `${field}: ${rule}; received ${received ?? 'nothing'}`)
    .join('. ');
}
