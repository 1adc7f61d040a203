import { showReceived } from '../faults/refusal.ts';
import type { DocumentProblem } from './model.ts';
import { listNames, nearest } from './nearest.ts';
import { fieldOf, formatPath, type DocumentPath } from './path.ts';

/** Most problems that are told of one document. */
export const MAXIMUM_PROBLEMS = 100;

/** Where in the text a value or its key stands, from 1. */
export type Locate = (
  path: DocumentPath,
  what: 'value' | 'key',
) => { line: number; column: number };

/** Collects what is wrong with a document. */
export interface ProblemList {
  /** `rule` follows the name of the field: `must be …`; `received` is shown as it is. */
  add(path: DocumentPath, rule: string, received: unknown, options?: ProblemOptions): void;
  /** A name that is none of `known`; tells them, and the one that was probably meant. */
  addUnknown(path: DocumentPath, what: string, received: unknown, known: readonly string[]): void;
  readonly count: number;
  /** In the order of the text. */
  toList(): DocumentProblem[];
}

/** See {@link ProblemList.add}. */
export interface ProblemOptions {
  /** What was probably meant. */
  meant?: string | null;
  /** The key is wrong, not its value. */
  at?: 'value' | 'key';
}

/** Creates an empty list; positions come from `locate`. */
export function createProblemList(locate: Locate): ProblemList {
  const problems: DocumentProblem[] = [];
  const add: ProblemList['add'] = (path, rule, received, { meant = null, at = 'value' } = {}) => {
    if (problems.length >= MAXIMUM_PROBLEMS) return;
    problems.push({
      ...locate(path, at),
      path: formatPath(path),
      message: `${fieldOf(path)} ${rule}; received ${showReceived(received)}`,
      suggestion: meant === null ? null : `did you mean ${meant}?`,
    });
  };
  return {
    add,
    addUnknown(path, what, received, known) {
      add(path, `must be ${what} (${listNames(known)})`, received, {
        meant: nearest(received, known),
      });
    },
    get count() {
      return problems.length;
    },
    toList: () => problems.toSorted((a, b) => a.line - b.line || a.column - b.column),
  };
}
