import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { PostgresProblem } from './problems.ts';

/** Whom PostgreSQL runs as; empty means: as the user that runs the stand-in. */
export type Account = { uid: number; gid: number } | Record<string, never>;

const run = promisify(execFile);
/** PostgreSQL refuses to run as root; the first of these that exists runs it instead. */
const UNPRIVILEGED = ['postgres', 'nobody'];

/** Chooses the account for the server's processes. */
export async function chooseAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  for (const name of UNPRIVILEGED) {
    try {
      const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    } catch {
      continue;
    }
  }
  throw new PostgresProblem(
    'no-unprivileged-account',
    `PostgreSQL refuses to run as root, and none of the users ${UNPRIVILEGED.join(', ')} exists. ` +
      'Create one (`useradd --system postgres`), or start the lab as an ordinary user.',
  );
}

/** Makes sure that `account` may pass through every folder above `path`. */
export async function assertReachable(path: string, account: Account): Promise<void> {
  if (account.uid === undefined) return;
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) {
      throw new PostgresProblem(
        'folder-closed',
        `PostgreSQL runs as user id ${account.uid}, because it refuses to run as root, and that ` +
          `user may not enter ${folder}. Run \`chmod o+x ${folder}\`, move the lab elsewhere, or ` +
          'start it as an ordinary user.',
      );
    }
    if (folder === dirname(folder)) return;
  }
}
