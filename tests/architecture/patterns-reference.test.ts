import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseExperiment } from '@faultline/scenarios/document';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGE = 'docs/reference/patterns.md';

/** Rows of the feature ledger that the fleet builds. */
const ROWS = [
  ...Array.from({ length: 10 }, (_, index) => `E${index + 1}`),
  ...Array.from({ length: 6 }, (_, index) => `I${index + 1}`),
  ...Array.from({ length: 8 }, (_, index) => `S${index + 1}`),
  ...Array.from({ length: 8 }, (_, index) => `R${index + 1}`),
  ...Array.from({ length: 12 }, (_, index) => `D${index + 1}`),
  'V4',
];

interface Entry {
  row: string;
  /** Cells: feature, code, test, console page, experiments. */
  cells: string[];
}

const text = readFileSync(join(ROOT, PAGE), 'utf8');
const entries: Entry[] = text
  .split('\n')
  .filter((line) => /^\| [EISRDV]\d+ /.test(line))
  .map((line) => {
    const [row = '', ...cells] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    return { row, cells };
  });
const pathsIn = (cell: string) =>
  [...cell.matchAll(/`([\w./-]+\/[\w./-]+)`/g)].map(([, path]) => path!);

const LIBRARY = join(ROOT, 'scenarios/experiments');
const EXPERIMENTS = readdirSync(LIBRARY).map((fileName) => {
  const parsed = parseExperiment(readFileSync(join(LIBRARY, fileName), 'utf8'), { fileName });
  if (!parsed.ok) throw new Error(`${fileName}: ${JSON.stringify(parsed.problems)}`);
  return parsed.experiment;
});

describe('the reference of patterns', () => {
  it('has every row of the ledger once, in order', () => {
    expect(entries.map(({ row }) => row)).toEqual(ROWS);
  });

  it.each(entries.map((entry) => [entry.row, entry] as const))(
    '%s names a feature, code, a test and a place in the console',
    (_row, { cells }) => {
      expect(cells).toHaveLength(5);
      const [feature, code = '', test = '', page] = cells;
      expect(feature).not.toBe('');
      expect(page).not.toBe('');
      expect(pathsIn(code).length).toBeGreaterThan(0);
      expect(
        pathsIn(test).every((path) => path.endsWith('.test.ts') || path.endsWith('.test.tsx')),
      ).toBe(true);
      expect(pathsIn(test).length).toBeGreaterThan(0);
    },
  );

  it('names every experiment in the row of its pattern, with what each variant must show', () => {
    const claimed = EXPERIMENTS.map(({ name, pattern, variants }) => {
      const claims = variants.map((one) => `${one.name} ${one.expect}`).join(', ');
      return { row: pattern, claim: `\`${name}\`: ${claims}` };
    });
    const told = entries.flatMap(({ row, cells }) =>
      (cells[4] ?? '')
        .split('; ')
        .filter((claim) => claim !== '–')
        .map((claim) => ({ row, claim })),
    );
    const byClaim = (a: { claim: string }, b: { claim: string }) => a.claim.localeCompare(b.claim);
    expect(told.sort(byClaim)).toEqual(claimed.sort(byClaim));
  });

  it('points to files that exist', () => {
    const missing = entries
      .flatMap(({ cells }) => cells.flatMap(pathsIn))
      .filter((path) => !existsSync(join(ROOT, path)));
    expect(missing).toEqual([]);
  });
});
