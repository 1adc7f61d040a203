import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Bench } from './row.ts';

/** What a browser loads before the map works; the console must be built. */
export const consoleBench: Bench = {
  name: 'console',
  async run({ root, say }) {
    const web = join(root, 'console/out');
    const page = await readFile(join(web, 'index.html'), 'utf8').catch((cause: unknown) => {
      throw new Error('the console is not built: npm run build', { cause });
    });
    const paths = scriptsOf(page);
    const scripts = await Promise.all(paths.map((path) => readFile(join(web, path))));
    const bytes = scripts.reduce((sum, script) => sum + gzipSync(script).length, 0);
    say(`${paths.length} scripts`);
    return [
      {
        id: 'console-first-load',
        what: 'console: first-load JavaScript of the map, gzip',
        unit: 'kB',
        better: 'lower',
        ours: [bytes / 1000],
        peer: null,
        target: { kind: 'absolute', value: 250 },
      },
    ];
  },
};

/** Paths of the scripts that a page names; those for browsers without modules are not loaded. */
export function scriptsOf(page: string): string[] {
  const tags = page.match(/<script\b[^>]*>/g) ?? [];
  const sources = tags
    .filter((tag) => !/\bnomodule\b/i.test(tag))
    .map((tag) => /\bsrc="(\/[^"?]+)/.exec(tag)?.[1]);
  return [...new Set(sources.filter((path) => path !== undefined))];
}
