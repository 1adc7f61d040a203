import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder belongs to another broker that runs. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
}

const LOCK_FILE = 'broker.pid';
const heldHere = new Set<string>();

/**
 * Makes this process the only one that writes to `folder`. A lock whose process is gone, as after
 * SIGKILL, does not count.
 *
 * @returns a function that gives the folder up
 * @throws FolderInUse, or the file system's error
 */
export function lockFolder(folder: string): () => void {
  const path = join(resolve(folder), LOCK_FILE);
  const owner = readOwner(path);
  if (heldHere.has(path) || (owner !== process.pid && isAlive(owner))) {
    throw new FolderInUse(
      `the data folder ${folder} is used by the process ${owner}; stop it, choose another folder ` +
        `with --data-dir, or delete ${path} if that process is no broker`,
    );
  }
  writeFileSync(path, String(process.pid));
  heldHere.add(path);
  return () => {
    heldHere.delete(path);
    rmSync(path, { force: true });
  };
}

function readOwner(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return 0;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
