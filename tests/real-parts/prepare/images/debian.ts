import { createHash } from 'node:crypto';
import { chmod, copyFile, glob, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inScratchFolder, keepInCache } from '../cache.ts';
import { need, Problem, run } from '../run.ts';

const SUITE = 'bookworm';

/** What slim images of Debian leave out, and what only this machine needs to know. */
const LEFT_OUT = [
  ...['doc', 'man', 'info', 'locale', 'groff', 'lintian', 'linda'].map(
    (name) => `usr/share/${name}/*`,
  ),
  ...['var/cache/apt/*', 'var/lib/apt/lists/*', 'var/cache/debconf/*-old', 'var/log/*'],
  ...['etc/resolv.conf', 'etc/hostname', 'tmp/*'],
];

/** A minimal Debian and a program of its client packages. */
export interface Debian {
  /** Tar archive of the root file system. */
  rootfs: string;
  /** PostgreSQL's own, which the embedded server's package lacks; needs a `libpq.so.5`. */
  pgIsReady: string;
  /** Changes when another Debian would be made. */
  recipe: string;
}

/** Makes a minimal Debian with `debootstrap`, from the mirror that this machine uses. */
export async function prepareDebian(force: boolean): Promise<Debian> {
  const mirror = await mirrorOfThisMachine();
  const recipe = createHash('sha256')
    .update(mirror ?? '')
    .update(await readFile(import.meta.filename))
    .digest('hex')
    .slice(0, 16);
  const folder = await keepInCache(`debian-${recipe}`, `Debian ${SUITE}, minimal`, force, (made) =>
    inScratchFolder((root) => bootstrap(root, mirror, made)),
  );
  return {
    rootfs: join(folder, 'rootfs.tar'),
    pgIsReady: join(folder, 'pg_isready'),
    recipe,
  };
}

async function bootstrap(root: string, mirror: string | null, made: string): Promise<void> {
  const debootstrap = need(
    'debootstrap',
    'Install it (Debian: apt-get install debootstrap), or pull the images.',
  );
  if (process.getuid?.() !== 0) {
    throw new Problem('debootstrap needs root: run npm run real-parts as root once.');
  }
  await run(debootstrap, [
    ...['--variant=minbase', '--merged-usr', SUITE, root],
    ...(mirror === null ? [] : [mirror]),
  ]);
  await chmod(root, 0o755);
  await takePgIsReady(root, join(made, 'pg_isready'));
  for await (const path of glob(LEFT_OUT, { cwd: root })) {
    await rm(join(root, path), { recursive: true, force: true });
  }
  await run('tar', ['--numeric-owner', '-C', root, '-cf', join(made, 'rootfs.tar'), '.']);
}

async function takePgIsReady(root: string, destination: string): Promise<void> {
  const script =
    'cd /tmp && apt-get -qq update && apt-get -qq download postgresql-client-15 && ' +
    'dpkg-deb -x postgresql-client-15_*.deb client';
  await run('chroot', [root, 'sh', '-c', script]);
  await copyFile(join(root, 'tmp/client/usr/lib/postgresql/15/bin/pg_isready'), destination);
}

/** The first mirror of Debian itself among apt's sources; null where there is none. */
async function mirrorOfThisMachine(): Promise<string | null> {
  const files = ['/etc/apt/sources.list.d/*.sources', '/etc/apt/sources.list.d/*.list'];
  for await (const path of glob([...files, '/etc/apt/sources.list'])) {
    const text = await readFile(path, 'utf8');
    const found = /^(?:URIs:|deb\s+(?:\[[^\]]*\]\s+)?)\s*(\S+\/debian)\/?(?:\s|$)/m.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return null;
}
