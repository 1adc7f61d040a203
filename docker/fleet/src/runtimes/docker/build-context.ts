import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readIgnoreRules } from './ignore-rules.ts';
import { writeTar, type TarEntry } from './tar.ts';

/** What an image is built from. */
export interface BuildContext {
  /** Of names and contents of all files. */
  readonly hash: string;
  archive(): Generator<Buffer>;
}

/** Where the recipe is, relative to the repository's root. */
export const DOCKERFILE = 'docker/images/services.Dockerfile';

/** Folders whose code goes into the image; of the others only the manifests, for the lock file. */
const WHOLE = /^(docker|lab-services)\//;
const NEVER_ENTERED = new Set(['node_modules', '.git', '.faultline', 'out', '.next']);

/** Whether `root` is a repository from which the image of the services can be built. */
export async function hasBuildContext(root: string): Promise<boolean> {
  return stat(join(root, DOCKERFILE)).then(
    () => true,
    () => false,
  );
}

/** Reads what goes into the image of the services: a few hundred small files. */
export async function readBuildContext(root: string): Promise<BuildContext> {
  const isIgnored = readIgnoreRules(
    await readFile(join(root, '.dockerignore'), 'utf8').catch(() => ''),
  );
  const isNeeded = (path: string): boolean =>
    !isIgnored(path) && (WHOLE.test(path) || !path.includes('/') || path.endsWith('/package.json'));
  const paths = (await listFiles(root)).filter(isNeeded);
  // The engine applies it once more, and finds nothing left to leave out.
  const entries = await Promise.all(
    [...new Set([...paths, '.dockerignore', DOCKERFILE])].sort().map((path) => read(root, path)),
  );
  const present = entries.filter((entry) => entry !== undefined);
  const hash = createHash('sha256');
  for (const { path, executable, content } of present) {
    hash.update(`${path}\0${executable}\0${content.length}\0`).update(content);
  }
  return { hash: hash.digest('hex'), archive: () => writeTar(present) };
}

async function listFiles(root: string, folder = ''): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const lists = entries.map(async (entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isFile()) return [path];
    const entered = entry.isDirectory() && !NEVER_ENTERED.has(entry.name);
    return entered ? listFiles(root, path) : [];
  });
  return (await Promise.all(lists)).flat();
}

async function read(root: string, path: string): Promise<TarEntry | undefined> {
  try {
    const [{ mode }, content] = await Promise.all([
      stat(join(root, path)),
      readFile(join(root, path)),
    ]);
    return { path, executable: (mode & 0o100) !== 0, content };
  } catch {
    // Gone between the list and now: the build says so if it mattered.
    return undefined;
  }
}
