import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { relativeImports, violationsOf, type Violation } from './dependency-rule.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Folder of each package, the deepest first, so that `console/server` wins over `console`. */
const PACKAGES = trackedFiles('*package.json')
  .filter((file) => file.includes('/'))
  .map((file) => ({ folder: dirname(file), name: packageName(file) }))
  .sort((a, b) => b.folder.length - a.folder.length);

function trackedFiles(...patterns: string[]): string[] {
  const command = ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...patterns];
  return execFileSync('git', command, { cwd: ROOT, encoding: 'utf8' }).split('\n').filter(Boolean);
}

function packageName(file: string): string {
  const manifest = JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as { name: string };
  return manifest.name.replace('@faultline/', '');
}

function ownerOf(file: string): { folder: string; name: string } | undefined {
  return PACKAGES.find(({ folder }) => file.startsWith(`${folder}/`));
}

const SOURCES = trackedFiles('*.ts', '*.tsx', '*.mjs')
  .filter((file) => !file.startsWith('tests/') && ownerOf(file))
  .map((file) => ({ file, source: readFileSync(join(ROOT, file), 'utf8') }));

describe('the dependency rule', () => {
  it('reads the sources of every package', () => {
    const owners = new Set(SOURCES.map(({ file }) => ownerOf(file)?.name));
    const expected = PACKAGES.map(({ name }) => name).filter((name) => name !== 'tests');
    expect([...owners].sort()).toEqual(expected.sort());
  });

  it('holds for every import of another package', () => {
    const violations: Violation[] = SOURCES.flatMap(({ file, source }) =>
      violationsOf(ownerOf(file)?.name ?? '', file, source),
    );
    expect(violations).toEqual([]);
  });

  it('lets no file reach into another package by a relative path', () => {
    const escapes = SOURCES.flatMap(({ file, source }) =>
      relativeImports(source)
        .map((specifier) => relative(ROOT, resolve(ROOT, dirname(file), specifier)))
        .map((target) => target.split(sep).join('/'))
        .filter((target) => ownerOf(target)?.name !== ownerOf(file)?.name)
        .map((target) => `${file} -> ${target}`),
    );
    expect(escapes).toEqual([]);
  });

  it('finds a forbidden import when there is one', () => {
    const source = "import { createFleet } from '@faultline/fleet';";
    expect(violationsOf('payments', 'lab-services/payments/src/x.ts', source)).toHaveLength(1);
  });

  it('keeps the words of testing out of the services', () => {
    const words = /\b(chaos|toxic|toxiproxy|faultline|experiment|fault)\b/i;
    // The load generator is no part of the system under test: it stands outside, with the people.
    const told = SOURCES.filter(({ file }) =>
      /^lab-services\/(?!chassis|topology|loadgen)/.test(file),
    )
      .filter(({ file }) => !file.endsWith('.test.ts'))
      .flatMap(({ file, source }) =>
        source
          .split('\n')
          .filter((line) => !line.includes('@faultline/') && words.test(line))
          .map((line) => `${file}: ${line.trim()}`),
      );
    expect(told).toEqual([]);
  });
});
