// Copies what npm needs to know, and nothing that changes with the code, so that installing is
// repeated only when dependencies change:
//
//   node docker/images/manifests.mjs <destination> [workspace whose development tools are kept]
import { copyFileSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [destination, built] = process.argv.slice(2);

// To build the console takes these; the others at the root are for checks and tests.
const COMPILERS = ['typescript', '@types/node'];

mkdirSync(destination, { recursive: true });
for (const path of ['package-lock.json', '.npmrc']) copyFileSync(path, join(destination, path));
const manifests = [
  'package.json',
  ...globSync('*/**/package.json', { exclude: ['**/node_modules'] }),
];
for (const path of manifests) {
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  const kept = Object.entries(manifest.devDependencies ?? {}).filter(
    ([name]) =>
      built && (dirname(path) === built || (dirname(path) === '.' && COMPILERS.includes(name))),
  );
  // npm installs what one workspace needs to run even where only another's tests need it.
  manifest.devDependencies = Object.fromEntries(kept);
  // The image brings Node.js.
  if (path === 'package.json') delete manifest.dependencies.node;
  mkdirSync(join(destination, dirname(path)), { recursive: true });
  writeFileSync(join(destination, path), JSON.stringify(manifest, null, 2));
}
