import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { inScratchFolder, keepInCache } from '../cache.ts';
import { IMAGES } from '../../parts.ts';
import { Problem, run } from '../run.ts';
import type { LocalImage } from './local-image.ts';

/** The npm that comes with Node.js 24. */
const NPM_VERSION = '11.19.1';
const ROOT = resolve(import.meta.dirname, '../../../..');

/**
 * Node.js 24 from the npm package `node`, on Debian. What `npm ci` needs to reach its registry from
 * here (certificates, the registry's address) is in this image, so that nothing that is built on it
 * has to know.
 */
export async function nodeImage(base: string, force: boolean): Promise<LocalImage> {
  const program = join(ROOT, 'node_modules/node/bin/node');
  if (!existsSync(program)) throw new Problem(`${program} is missing. Run npm ci.`);
  const version = (await run(program, ['--version'])).trim().replace(/^v/, '');
  const npm = await prepareNpm(force);
  const registry = (await run('npm', ['config', 'get', 'registry'])).trim();
  const authorities = certificateAuthorities();
  const certificates = authorities === null ? null : await readFile(authorities);
  return {
    tag: IMAGES.node,
    folder: 'node',
    ingredients: [NPM_VERSION, registry, hashOf(certificates), await ownText()],
    buildArgs: { BASE: base, NODE_VERSION: version },
    assemble: async (context) => {
      const local = join(context, 'local');
      for (const path of ['bin', 'etc', 'lib/node_modules']) {
        await mkdir(join(local, path), { recursive: true });
      }
      await copyFile(program, join(local, 'bin/node'));
      await rename(join(context, 'docker-entrypoint.sh'), join(local, 'bin/docker-entrypoint.sh'));
      await cp(npm, join(local, 'lib/node_modules/npm'), { recursive: true });
      await mkdir(join(context, 'certificates'));
      const settings = [`registry=${registry}`, 'update-notifier=false'];
      if (certificates !== null) {
        settings.push('cafile=/etc/ssl/certs/ca-certificates.crt');
        await writeFile(join(context, 'certificates/ca-certificates.crt'), certificates);
      }
      await writeFile(join(local, 'etc/npmrc'), `${settings.join('\n')}\n`);
    },
  };
}

async function prepareNpm(force: boolean): Promise<string> {
  const folder = await keepInCache(`npm-${NPM_VERSION}`, `npm ${NPM_VERSION}`, force, (made) =>
    inScratchFolder(async (scratch) => {
      await run('npm', ['pack', '--silent', `npm@${NPM_VERSION}`, '--pack-destination', scratch]);
      await run('tar', ['-C', made, '-xzf', join(scratch, `npm-${NPM_VERSION}.tgz`)]);
    }),
  );
  return join(folder, 'package');
}

/** Whom this machine trusts: a company's proxy may sign for the registry. */
function certificateAuthorities(): string | null {
  const paths = [process.env.NODE_EXTRA_CA_CERTS, '/etc/ssl/certs/ca-certificates.crt'];
  return paths.find((path) => path !== undefined && existsSync(path)) ?? null;
}

function hashOf(bytes: Buffer | null): string {
  return createHash('sha256')
    .update(bytes ?? '')
    .digest('hex');
}

async function ownText(): Promise<string> {
  return readFile(import.meta.filename, 'utf8');
}
