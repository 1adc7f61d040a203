import type { Plugin } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, extname, join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What a module may ask about its own place. `__dirname` means nothing in sources of our own. */
const OWN_PLACE = /\bimport\.meta\.(?:url|dirname|filename)\b/g;
const OWN_PLACE_COMMONJS = /\b__(?:dirname|filename)\b/g;
const MODULES = `${sep}node_modules${sep}`;

/**
 * Tells every module the place of its source: migrations, contracts and workers lie beside it, not
 * beside the built program.
 */
export function keepPlaces(): Plugin {
  return {
    name: 'keep-places',
    setup(build) {
      build.onLoad({ filter: /\.[cm]?[jt]s$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const placed = placedAt(path, source);
        if (placed === source) return undefined;
        return {
          contents: placed,
          loader: extname(path).endsWith('ts') ? 'ts' : 'js',
          resolveDir: dirname(path),
        };
      });
    },
  };
}

function placedAt(path: string, source: string): string {
  const url = pathToFileURL(path).href;
  const places: Record<string, string> = { url, dirname: dirname(path), filename: path };
  const literal = (asked: string) => JSON.stringify(places[/[a-z]+$/.exec(asked)?.[0] ?? '']);
  const placed = source.replaceAll(OWN_PLACE, literal);
  return path.includes(MODULES) ? placed.replaceAll(OWN_PLACE_COMMONJS, literal) : placed;
}

/** Leaves out zod's messages in fifty languages but English: 2 MB of every process. */
export function englishOnly(): Plugin {
  return {
    name: 'english-only',
    setup(build) {
      build.onResolve({ filter: /\/locales\/index\.js$/ }, ({ path, resolveDir }) =>
        resolveDir.includes(`${MODULES}zod${sep}`)
          ? { path: join(resolveDir, dirname(path), 'en.js') }
          : undefined,
      );
    },
  };
}

const LATE = 'late-packages';

/**
 * Gives a package that is imported late the names that Node.js gives it: of the older module format
 * esbuild knows only the default one then.
 */
export function nameLateImports(): Plugin {
  return {
    name: LATE,
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, async ({ path, kind, resolveDir }) => {
        if (kind !== 'dynamic-import' || isBuiltin(path)) return undefined;
        const found = await build.resolve(path, { kind: 'import-statement', resolveDir });
        if (found.external || found.errors.length > 0) return found;
        return { path, namespace: LATE, pluginData: { file: found.path, resolveDir } };
      });
      build.onLoad({ filter: /./, namespace: LATE }, async ({ path, pluginData }) => {
        const { file, resolveDir } = pluginData as { file: string; resolveDir: string };
        const names = Object.keys((await import(pathToFileURL(file).href)) as object);
        const valid = names.filter((name) => name !== 'module.exports');
        const contents = `export { ${valid.join(', ')} } from ${JSON.stringify(path)};`;
        return { contents, resolveDir, loader: 'js' };
      });
    },
  };
}
