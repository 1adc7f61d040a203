import { formatPath, type DocumentPath } from './path.ts';
import type { ProblemList } from './problems.ts';

/** Ids of one kind of thing, each used once. */
export interface IdRegister {
  /** The id as given, else `base`, `base#2`, …; a given one that is taken is a problem. */
  assign(given: unknown, base: unknown, path: DocumentPath, field: string): string;
  readonly ids: readonly string[];
}

/** Creates an empty register. */
export function createIdRegister(problems: ProblemList): IdRegister {
  const taken = new Map<string, DocumentPath>();
  const next = new Map<string, number>();
  return {
    assign(given, base, path, field) {
      if (typeof given === 'string') {
        const owner = taken.get(given);
        if (owner) {
          const rule = `must be unique: ${formatPath(owner)} has this id already`;
          problems.add([...path, field], rule, given);
        } else {
          taken.set(given, path);
        }
        return given;
      }
      const stem = typeof base === 'string' ? base : '';
      for (let number = next.get(stem) ?? 1; ; number++) {
        const id = number === 1 ? stem : `${stem}#${number}`;
        if (taken.has(id)) continue;
        taken.set(id, path);
        next.set(stem, number + 1);
        return id;
      }
    },
    get ids() {
      return [...taken.keys()];
    },
  };
}
