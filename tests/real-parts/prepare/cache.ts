import { existsSync } from 'node:fs';
import { glob, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE } from '../parts.ts';
import { nothingToDo, step } from './run.ts';

const SCRATCH_PREFIX = '.making-';
/** What is older was left by a preparation that was killed. */
const SCRATCH_LIFE_MS = 3 * 60 * 60_000;

/**
 * Makes a folder of the cache unless it is there. It appears all at once, when it is complete: an
 * interrupted preparation leaves nothing that looks done.
 *
 * @param name of the folder in the cache
 * @param fill puts the files into the empty folder it is given
 * @returns the absolute path
 */
export async function keepInCache(
  name: string,
  title: string,
  force: boolean,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(CACHE, name);
  if (existsSync(folder) && !force) {
    nothingToDo(title, 'is in the cache');
    return folder;
  }
  await step(title, () =>
    inScratchFolder(async (scratch) => {
      const made = join(scratch, 'made');
      await mkdir(made);
      await fill(made);
      await rm(folder, { recursive: true, force: true });
      await rename(made, folder);
    }),
  );
  return folder;
}

/** Gives a folder beside the cache's others, on the same file system, and removes it afterwards. */
export async function inScratchFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  await mkdir(CACHE, { recursive: true });
  await sweep();
  const scratch = await mkdtemp(join(CACHE, SCRATCH_PREFIX));
  try {
    return await work(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function sweep(): Promise<void> {
  for await (const name of glob(`${SCRATCH_PREFIX}*`, { cwd: CACHE })) {
    const path = join(CACHE, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs > SCRATCH_LIFE_MS) await rm(path, { recursive: true, force: true });
  }
}
