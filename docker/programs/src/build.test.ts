import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BuildError, buildPrograms } from './build.ts';

const run = promisify(execFile);
let root: string;
let folder: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'faultline-programs-'));
  folder = join(root, 'built/a');
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
}

/** What a built program prints. */
async function output(program: string): Promise<string> {
  const { stdout } = await run(process.execPath, [join(folder, program)]);
  return stdout.trim();
}

describe('a built program', () => {
  it('finds what lies beside its source', async () => {
    await write({
      'lab-services/hello/src/main.ts': `
        import { readFileSync } from 'node:fs';
        import { greeting } from 'greet';
        const name: string = readFileSync(new URL('./name.txt', import.meta.url), 'utf8');
        console.log(greeting(), name, import.meta.dirname);`,
      'lab-services/hello/src/name.txt': 'Ada',
      'node_modules/greet/package.json': '{ "name": "greet", "main": "index.js" }',
      'node_modules/greet/index.js': `
        const { readFileSync } = require('fs');
        exports.greeting = () => readFileSync(__dirname + '/greeting.txt', 'utf8');`,
      'node_modules/greet/greeting.txt': 'Hello',
    });
    expect(await buildPrograms({ root, folder })).toEqual(['lab-services/hello/src/main.ts']);
    expect(await output('lab-services/hello/src/main.mjs')).toBe(
      `Hello Ada ${join(root, 'lab-services/hello/src')}`,
    );
  });

  it('loads what it imports late only when it does, and shares it with the others', async () => {
    const late = '../../late.ts';
    const main = `
      if (process.argv[2]) await import('${late}');
      console.log('ended');`;
    await write({
      'lab-services/one/src/main.ts': main,
      'lab-services/two/src/main.ts': main,
      'lab-services/late.ts': `console.log('late, §');`,
    });
    await buildPrograms({ root, folder });
    expect(await output('lab-services/one/src/main.mjs')).toBe('ended');
    const files = await readdir(folder, { recursive: true });
    const modules = files.filter((name) => name.endsWith('.mjs'));
    const contents = await Promise.all(modules.map((name) => readFile(join(folder, name), 'utf8')));
    expect(contents.filter((content) => content.includes('late'))).toHaveLength(3);
    expect(contents.filter((content) => content.includes('late, \\xA7'))).toHaveLength(1);
  });

  it('knows a package of either format by its names, imported at once or late', async () => {
    await write({
      'collector/src/main.ts': `
        import { sum, version } from 'older';
        const late = await import('older');
        const newer = await import('newer');
        console.log(sum(1, 2), version, late.sum(3, 4), late.default.version, newer.product(2, 3));`,
      'node_modules/older/package.json': '{ "name": "older", "main": "index.js" }',
      'node_modules/older/index.js': `exports.sum = (a, b) => a + b; exports.version = 'v1';`,
      'node_modules/newer/package.json': '{ "name": "newer", "exports": "./index.mjs" }',
      'node_modules/newer/index.mjs': 'export const product = (a, b) => a * b;',
    });
    await buildPrograms({ root, folder });
    expect(await output('collector/src/main.mjs')).toBe('3 v1 7 v1 6');
  });

  it('keeps the names that a stack trace tells', async () => {
    await write({
      'collector/src/main.ts': `
        function breaksOff() { return new Error('x').stack; }
        console.log(breaksOff()?.includes('at breaksOff '));`,
    });
    await buildPrograms({ root, folder });
    expect(await output('collector/src/main.mjs')).toBe('true');
  });
});

describe('a build', () => {
  it('of wrong sources says where, and leaves nothing', async () => {
    await write({ 'collector/src/main.ts': `import './gone.ts';\nconst = 1;` });
    const failure = await buildPrograms({ root, folder }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BuildError);
    expect((failure as Error).message).toMatch(/collector\/src\/main\.ts:2:6/);
    expect(await readdir(join(root, 'built'))).toEqual([]);
  });

  it('made twice at once is made once', async () => {
    await write({ 'collector/src/main.ts': `console.log('here');` });
    await Promise.all([buildPrograms({ root, folder }), buildPrograms({ root, folder })]);
    expect(await output('collector/src/main.mjs')).toBe('here');
    expect(await readdir(join(root, 'built'))).toEqual(['a']);
  });

  it('takes the place of the oldest, not of those that a lab may run from', async () => {
    await write({ 'collector/src/main.ts': '' });
    for (const [age, name] of ['newest', 'newer', 'old', 'oldest'].entries()) {
      await mkdir(join(root, 'built', name), { recursive: true });
      const at = new Date(Date.UTC(2026, 0, 10 - age));
      await utimes(join(root, 'built', name), at, at);
    }
    await buildPrograms({ root, folder });
    expect((await readdir(join(root, 'built'))).sort()).toEqual(['a', 'newer', 'newest']);
  });
});
