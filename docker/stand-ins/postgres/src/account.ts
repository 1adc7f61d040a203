import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { PostgresProblem } from './problems.ts';

/** Whom PostgreSQL runs as. */
export interface Account {
  /** Owner of the data; null: the user that runs the stand-in. */
  readonly owner: { uid: number; gid: number } | null;
  /** How to run a program as this account. */
  command(program: string, args: readonly string[]): AccountCommand;
}

/** A program with what `spawn` and `execFile` need to run it as an account. */
export interface AccountCommand {
  program: string;
  args: string[];
  options: { uid?: number; gid?: number };
}

const run = promisify(execFile);
/** PostgreSQL refuses to run as root; the first of these that exists runs it instead. */
const UNPRIVILEGED = ['postgres', 'nobody'];

/**
 * Chooses the account for the server's processes.
 *
 * Root may have the lab where nobody else may enter (`/root`, a folder of `mktemp -d`). Then the
 * programs keep one capability, CAP_DAC_READ_SEARCH, through `setpriv` (util-linux): it lets them
 * pass through closed folders and write nothing that is not theirs.
 *
 * @param paths what the account has to reach: the programs and the data folder
 * @throws PostgresProblem when there is no account, or no way to reach a path
 */
export async function chooseAccount(paths: readonly string[]): Promise<Account> {
  if (process.getuid?.() !== 0) return ordinaryUser();
  const owner = await unprivilegedUser();
  const closed = await firstClosedFolder(paths, owner);
  if (closed === undefined) return dropped(owner);
  if (await canKeepCapability()) return passingThrough(owner);
  throw new PostgresProblem(
    'folder-closed',
    `PostgreSQL runs as user id ${owner.uid}, because it refuses to run as root, and that ` +
      `user may not enter ${closed}. Run \`chmod o+x ${closed}\`, move the lab elsewhere, or ` +
      'start it as an ordinary user.',
  );
}

function ordinaryUser(): Account {
  return {
    owner: null,
    command: (program, args) => ({ program, args: [...args], options: {} }),
  };
}

function dropped(owner: { uid: number; gid: number }): Account {
  return { owner, command: (program, args) => ({ program, args: [...args], options: owner }) };
}

function passingThrough(owner: { uid: number; gid: number }): Account {
  const flags = [
    `--reuid=${owner.uid}`,
    `--regid=${owner.gid}`,
    '--clear-groups',
    '--inh-caps=-all,+dac_read_search',
    '--ambient-caps=-all,+dac_read_search',
    '--',
  ];
  return {
    owner,
    command: (program, args) => ({
      program: 'setpriv',
      args: [...flags, program, ...args],
      options: {},
    }),
  };
}

async function unprivilegedUser(): Promise<{ uid: number; gid: number }> {
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

async function canKeepCapability(): Promise<boolean> {
  const probe = passingThrough({ uid: 65_534, gid: 65_534 }).command('true', []);
  return run(probe.program, probe.args).then(
    () => true,
    () => false,
  );
}

/** The first folder above `paths` that `account` may not pass through. */
async function firstClosedFolder(
  paths: readonly string[],
  account: { uid: number; gid: number },
): Promise<string | undefined> {
  for (const path of paths) {
    for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
      // What does not exist yet is made by this process, open enough.
      const status = await stat(folder).catch(() => undefined);
      if (status) {
        const { mode, uid, gid } = status;
        const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
        if ((mode & bit) === 0) return folder;
      }
      if (folder === dirname(folder)) break;
    }
  }
  return undefined;
}
