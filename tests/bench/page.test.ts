import { describe, expect, it } from 'vitest';
import { cellsOf, formatNumber } from './cells.ts';
import { publish, type Circumstances } from './page.ts';
import type { Row } from './row.ts';
import { renderForTerminal } from './terminal-table.ts';

const ROW: Row = {
  id: 'proxy-throughput',
  what: 'proxy: throughput',
  unit: 'MB/s',
  better: 'higher',
  ours: [1500, 1300, 1400],
  peer: { name: 'Toxiproxy', version: '2.12.0', values: [1000, 900, 1100] },
  target: { kind: 'of-peer', factor: 1.2 },
};

const CIRCUMSTANCES: Circumstances = {
  date: '2026-02-03T04:05:06.789Z',
  commit: 'abc1234',
  command: 'npm run bench -- --publish',
  machine: { cores: 2, cpu: 'A CPU', memoryBytes: 8 * 2 ** 30, kernel: 'Linux 6', node: '24.0.0' },
};

describe('a row of the table', () => {
  it('shows median, spread, target, peer, ratio and verdict', () => {
    expect(cellsOf(ROW)).toEqual([
      'proxy: throughput',
      '1,400 MB/s (1,300–1,500)',
      '≥ 1.2 x',
      'Toxiproxy 2.12.0: 1,000 MB/s',
      '1.40 x',
      'met',
    ]);
  });

  it('shows dashes for what there is not', () => {
    expect(cellsOf({ ...ROW, ours: [3], peer: null, target: null })).toEqual([
      ...['proxy: throughput', '3 MB/s', '–', '–', '–', '–'],
    ]);
  });

  it('writes a rate as one', () => {
    expect(cellsOf({ ...ROW, unit: '1/s', ours: [50_000], peer: null })[1]).toBe('50,000/s');
  });

  it('shows an absolute target in its unit', () => {
    const row: Row = {
      ...ROW,
      unit: '',
      better: 'lower',
      ours: [0],
      peer: null,
      target: { kind: 'absolute', value: 0 },
    };
    expect(cellsOf(row)).toEqual(['proxy: throughput', '0', '0', '–', '–', 'met']);
  });
});

describe('numbers', () => {
  it.each([
    [0, '0'],
    [0.0123, '0.012'],
    [1.234, '1.23'],
    [12.34, '12.3'],
    [123.4, '123'],
    [12_345.6, '12,346'],
    [250, '250'],
    [-12.34, '-12.3'],
  ])('%d is written %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});

describe('the table in a terminal', () => {
  it('aligns its columns and tells the notes below', () => {
    const lines = renderForTerminal([ROW, { ...ROW, what: 'short', note: 'why' }]).split('\n');
    expect(lines[1]?.indexOf('1,400')).toBe(lines[2]?.indexOf('1,400'));
    expect(lines.slice(3)).toEqual(['', 'short: why', '']);
  });
});

describe('publishing', () => {
  const page = [
    '# Benchmarks',
    '<!-- bench a -->',
    'old a',
    '<!-- /bench a -->',
    'Prose between.',
    '<!-- bench b -->',
    'old b',
    '<!-- /bench b -->',
    '## Limits',
  ].join('\n');

  it('replaces the tables of the benches that ran and nothing else', () => {
    const text = publish(page, [{ bench: 'a', rows: [ROW] }], CIRCUMSTANCES);
    expect(text).toContain('| proxy: throughput | 1,400 MB/s (1,300–1,500) | ≥ 1.2 x |');
    expect(text).not.toContain('old a');
    expect(text).toContain('old b');
    expect(text).toContain('Prose between.');
    expect(text.endsWith('## Limits')).toBe(true);
  });

  it('says when, where and how it was measured', () => {
    expect(publish(page, [{ bench: 'a', rows: [ROW] }], CIRCUMSTANCES)).toContain(
      '2026-02-03 04:05 UTC, commit `abc1234`, `npm run bench -- --publish`, 2 cores (A CPU), ' +
        '8 GiB, Linux 6, Node 24.0.0.',
    );
  });

  it('gives the same page when it is done twice', () => {
    const once = publish(page, [{ bench: 'a', rows: [ROW] }], CIRCUMSTANCES);
    expect(publish(once, [{ bench: 'a', rows: [ROW] }], CIRCUMSTANCES)).toBe(once);
  });

  it('lists notes, and keeps a bar in a cell from ending it', () => {
    const row = { ...ROW, what: 'a | b', note: 'why' };
    const text = publish(page, [{ bench: 'a', rows: [row] }], CIRCUMSTANCES);
    expect(text).toContain('| a \\| b |');
    expect(text).toContain('- a | b: why');
  });

  it('names the bench that has no place on the page', () => {
    expect(() => publish(page, [{ bench: 'c', rows: [ROW] }], CIRCUMSTANCES)).toThrow(
      'no place for c: add <!-- bench c --> and <!-- /bench c -->',
    );
  });
});
