import { globSync } from 'node:fs';
import { sep } from 'node:path';

/** Where what the supervisor starts begins, from the repository's root. */
const ENTRIES = [
  'lab-services/*/src/main.ts',
  'docker/stand-ins/*/src/main.ts',
  'collector/src/main.ts',
  'console/server/src/main.ts',
  'console/server/src/supervisor/main.ts',
];

/** Entry points of every program of the repository at `root`: paths from there, sorted. */
export function findEntries(root: string): string[] {
  const found = globSync(ENTRIES, { cwd: root });
  return found.map((path) => path.split(sep).join('/')).sort();
}
