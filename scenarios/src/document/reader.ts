import type { z } from 'zod';
import { addIssues } from './issues.ts';
import type { DocumentPath } from './path.ts';
import type { ProblemList } from './problems.ts';
import { createIdRegister, type IdRegister } from './ids.ts';
import type { Schemas } from './schema.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What the readers of a document share. */
export interface Reading {
  readonly problems: ProblemList;
  readonly vocabulary: Vocabulary;
  readonly schemas: Schemas;
  /** Ids of checks, and of injections, in the order of the document. */
  readonly checks: IdRegister;
  readonly injections: IdRegister;
  /** Names that must be there once everything has been read. */
  readonly references: Reference[];
  /** From 1. */
  lineOf(path: DocumentPath): number;
}

/** A name that refers to something elsewhere in the document. */
export interface Reference {
  path: DocumentPath;
  name: string;
  to: 'steady-state' | 'cause' | 'injection';
}

/** Starts to read a document. */
export function createReading(
  problems: ProblemList,
  schemas: Schemas,
  lineOf: Reading['lineOf'],
): Reading {
  return {
    problems,
    schemas,
    vocabulary: schemas.vocabulary,
    checks: createIdRegister(problems),
    injections: createIdRegister(problems),
    references: [],
    lineOf,
  };
}

/** `value` as `schema` makes it; undefined with problems when it breaks a rule. */
export function readAs<Out>(
  { problems }: Reading,
  schema: z.ZodType<Out>,
  value: unknown,
  path: DocumentPath,
  moreWords: readonly string[] = [],
): Out | undefined {
  const answer = schema.safeParse(value);
  if (answer.success) return answer.data;
  addIssues(problems, { schema, value, path }, answer.error.issues, moreWords);
  return undefined;
}

/** Whether `value` is a map of the document. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every entry by itself, so that one that is wrong does not hide the others. */
export function readEach<Out>(
  { problems }: Reading,
  value: unknown,
  path: DocumentPath,
  { minimum, maximum }: { minimum: number; maximum: number },
  readOne: (entry: unknown, path: DocumentPath) => Out | undefined,
): Out[] {
  if (value === undefined && minimum === 0) return [];
  if (!Array.isArray(value)) {
    problems.add(
      path,
      value === undefined ? 'is missing: it must be a list' : 'must be a list',
      value,
    );
    return [];
  }
  if (value.length < minimum || value.length > maximum) {
    problems.add(path, `must have ${minimum} to ${maximum} entries`, value.length);
    if (value.length > maximum) return [];
  }
  return value
    .map((entry: unknown, index) => readOne(entry, [...path, index]))
    .filter((one) => one !== undefined);
}
