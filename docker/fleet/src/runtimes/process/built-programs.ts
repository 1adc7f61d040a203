import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** Programs that were built from the sources below `root`: at the same paths below `folder`. */
export interface BuiltPrograms {
  root: string;
  folder: string;
}

/** Compiled code of the programs of one build. */
export function compileCacheOf({ folder }: BuiltPrograms): string {
  return join(folder, 'compiled');
}

/**
 * `command` with the built program in place of its source (`src/main.ts` becomes `src/main.mjs`),
 * where there is one; other words stay as they are. Paths are seen from `cwd`.
 */
export function builtCommand(
  command: readonly string[],
  cwd: string,
  { root, folder }: BuiltPrograms,
): string[] {
  return command.map((word) => {
    if (!word.endsWith('.ts')) return word;
    const path = relative(root, resolve(cwd, word));
    const built = join(folder, path.replace(/\.ts$/, '.mjs'));
    return !path.startsWith('..') && existsSync(built) ? built : word;
  });
}
