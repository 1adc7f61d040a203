import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Account } from './account.ts';
import type { PostgresBinaries } from './binaries.ts';
import { explainOutput, fileProblem, PostgresProblem } from './problems.ts';

const run = promisify(execFile);

/** The role that the stand-in itself uses. Its password never leaves the data folder. */
export const ADMIN_ROLE = 'faultline_admin';

/** Where things are inside the data folder. */
export interface ClusterPaths {
  /** Folder of the lab: holds `cluster/` and the secret of the administrator. */
  root: string;
  /** PostgreSQL's own data folder. */
  cluster: string;
  adminSecret: string;
}

/** Names the parts of a data folder. */
export function clusterPaths(root: string): ClusterPaths {
  return { root, cluster: join(root, 'cluster'), adminSecret: join(root, 'admin-secret') };
}

/**
 * Makes sure that an initialised cluster exists and returns the administrator's password.
 * `initdb` works in a folder aside that is renamed when complete: an interrupted first start
 * leaves nothing half made.
 */
export async function ensureCluster(
  paths: ClusterPaths,
  binaries: PostgresBinaries,
  account: Account,
): Promise<string> {
  try {
    await mkdir(paths.root, { recursive: true });
    if (!(await exists(paths.cluster))) return await initialise(paths, binaries, account);
    return (await readFile(paths.adminSecret, 'utf8')).trim();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new PostgresProblem(
        'admin-secret-lost',
        `${paths.adminSecret} is missing, so the database in ${paths.cluster} cannot be ` +
          'administered. Move the folder away; it is made anew.',
        { cause },
      );
    }
    throw fileProblem(paths.root, cause);
  }
}

async function initialise(
  paths: ClusterPaths,
  binaries: PostgresBinaries,
  account: Account,
): Promise<string> {
  await removeLeftovers(paths.root);
  const aside = await mkdtemp(join(paths.root, 'initdb-'));
  const password = randomBytes(24).toString('base64url');
  const passwordFile = join(aside, 'password');
  const made = join(aside, 'cluster');
  await writeFile(passwordFile, password, { mode: 0o600 });
  await mkdir(made, { mode: 0o700 });
  const { owner } = account;
  if (owner) {
    for (const path of [aside, passwordFile, made]) await chown(path, owner.uid, owner.gid);
  }
  const { program, args, options } = account.command(binaries.initdb, [
    `--pgdata=${made}`,
    `--username=${ADMIN_ROLE}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--locale=C.UTF-8',
    // The first checkpoint after the start writes everything through.
    '--no-sync',
    '--no-instructions',
  ]);
  try {
    const env = { PATH: process.env.PATH, LC_ALL: 'C' };
    await run(program, args, { ...options, cwd: made, env });
  } catch (cause) {
    const output = `${(cause as { stderr?: string }).stderr ?? ''}\n${(cause as Error).message}`;
    await rm(aside, { recursive: true, force: true });
    throw explainOutput(output, { host: '', port: 0, dataDir: paths.root });
  }
  await writeFile(paths.adminSecret, password, { mode: 0o600 });
  await rename(made, paths.cluster);
  await rm(aside, { recursive: true, force: true });
  return password;
}

async function removeLeftovers(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (name.startsWith('initdb-')) await rm(join(root, name), { recursive: true, force: true });
  }
}

async function exists(folder: string): Promise<boolean> {
  return readdir(folder).then(
    () => true,
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return false;
      throw cause;
    },
  );
}

/** Every connection proves a password; which roles enter which database is decided by grants. */
const ACCESS_RULES = `# Written at every start.
host all all 0.0.0.0/0 scram-sha-256
host all all ::/0      scram-sha-256
`;

/** Writes the rules of access into the cluster. */
export async function writeAccessRules(paths: ClusterPaths, account: Account): Promise<void> {
  const path = join(paths.cluster, 'pg_hba.conf');
  try {
    await writeFile(path, ACCESS_RULES, { mode: 0o600 });
    if (account.owner) await chown(path, account.owner.uid, account.owner.gid);
  } catch (cause) {
    throw fileProblem(paths.root, cause);
  }
}
