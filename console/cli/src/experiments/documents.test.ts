import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findWanted, titleOf } from './documents.ts';
import { gravest } from './exit-code.ts';
import { formatOf } from './report-files.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faultline-documents-'));
  await mkdir(join(folder, 'deep'));
  await writeFile(join(folder, 'b.yaml'), 'b');
  await writeFile(join(folder, 'deep', 'a.yml'), 'a');
  await writeFile(join(folder, 'notes.md'), 'no document');
  await mkdir(join(folder, 'deep', 'empty'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('what is to be run', () => {
  it('is every document of a folder, and below, by name', async () => {
    const wanted = await findWanted([folder]);
    expect(wanted.map((one) => titleOf(one).split('/').at(-1))).toEqual(['b.yaml', 'a.yml']);
    expect(wanted).toMatchObject([{ document: 'b' }, { document: 'a' }]);
  });

  it('is a file, or else an experiment of the lab, in the order given', async () => {
    const wanted = await findWanted(['some-claim', join(folder, 'b.yaml')]);
    expect(wanted).toMatchObject([{ from: 'library', name: 'some-claim' }, { from: 'file' }]);
  });

  it.each([['../nothing.yaml'], ['Not A Name']])('is not %s', async (word) => {
    await expect(findWanted([word])).rejects.toMatchObject({ exitCode: 64 });
  });

  it('is not a folder without documents', async () => {
    const empty = join(folder, 'deep', 'empty');
    await expect(findWanted([empty])).rejects.toThrow(/has no documents/);
  });
});

describe('the exit code of several runs', () => {
  it.each([
    [[], 0],
    [[0, 0], 0],
    [[0, 2, 1], 1],
    [[1, 3], 3],
    [[3, 70, 1], 70],
    [[70, 4, 0], 4],
  ])('of %j is the gravest: %d', (codes, expected) => {
    expect(gravest(codes)).toBe(expected);
  });
});

describe('the format of a report', () => {
  it('is the ending of its file', () => {
    expect(['out.html', 'a.b.md', 'x/y.xml', 'r.json'].map(formatOf)).toEqual([
      ...['html', 'md', 'xml', 'json'],
    ]);
    expect(() => formatOf('out.pdf')).toThrow(/\.json, \.html, \.md, \.xml; received out\.pdf/);
  });
});
