import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { builtCommand, type BuiltPrograms } from './built-programs.ts';

let programs: BuiltPrograms;
const source = (path: string) => join(programs.root, path);

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'faultline-built-'));
  programs = { root, folder: join(root, 'built') };
  await mkdir(join(programs.folder, 'orders/src'), { recursive: true });
  await writeFile(join(programs.folder, 'orders/src/main.mjs'), '');
});
afterAll(() => rm(programs.root, { recursive: true, force: true }));

it('a program is run as built, with the words around it', () => {
  const built = join(programs.folder, 'orders/src/main.mjs');
  const command = ['node', '--flag', source('orders/src/main.ts'), '--port', '1'];
  expect(builtCommand(command, '/', programs)).toEqual(['node', '--flag', built, '--port', '1']);
  expect(builtCommand(['node', 'orders/src/main.ts'], programs.root, programs)).toEqual([
    ...['node', built],
  ]);
});

it('a program that was not built, or lies elsewhere, is run from its source', () => {
  const command = ['node', source('payments/src/main.ts'), '/elsewhere/orders/src/main.ts'];
  expect(builtCommand(command, '/', programs)).toEqual(command);
});
