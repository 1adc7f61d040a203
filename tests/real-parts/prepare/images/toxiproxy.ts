import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IMAGES, VERSIONS } from '../../parts.ts';
import type { LocalImage } from './local-image.ts';

/** Toxiproxy as its own image has it: two programs and nothing else. */
export function toxiproxyImage(programs: string): LocalImage {
  return {
    tag: IMAGES.toxiproxy,
    folder: 'toxiproxy',
    ingredients: [VERSIONS.toxiproxy],
    assemble: async (context) => {
      for (const name of ['toxiproxy', 'toxiproxy-cli']) {
        await copyFile(join(programs, name), join(context, name));
      }
    },
  };
}
