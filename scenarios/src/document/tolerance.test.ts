import { describe, expect, it } from 'vitest';
import type { ProbeUnit } from '../probes/model.ts';
import { parseTolerance } from './tolerance.ts';

const compare = (operator: string, value: number) => ({ kind: 'compare', operator, value });
const range = (from: number, to: number) => ({ kind: 'range', from, to });

describe('a tolerance', () => {
  it.each<[string | number | boolean, ProbeUnit, unknown]>([
    ['< 300ms', 'ms', compare('<', 300)],
    ['<=1.5s', 'ms', compare('<=', 1500)],
    ['<= 1%', 'ratio', compare('<=', 0.01)],
    ['< 0.07', 'ratio', compare('<', 0.07)],
    ['>= 5/s', '1/s', compare('>=', 5)],
    [0, 'count', compare('=', 0)],
    ['!= 0', 'count', compare('!=', 0)],
    ['> 2', '', compare('>', 2)],
    ['< 64KB', 'bytes', compare('<', 64_000)],
    ['< 2x', 'times', compare('<', 2)],
    ['= open', '', { kind: 'is', value: 'open' }],
    ['half-open', '', { kind: 'is', value: 'half-open' }],
    [true, '', { kind: 'is', value: true }],
    ['1% to 5%', 'ratio', range(0.01, 0.05)],
    ['1 to 5%', 'ratio', range(0.01, 0.05)],
    ['300ms..2s', 'ms', range(300, 2000)],
    ['1.5s .. 2s', 'ms', range(1500, 2000)],
    ['10 to 20/s', '1/s', range(10, 20)],
    ['1 to 5', 'count', range(1, 5)],
  ])('%j of %s is read', (written, unit, tolerance) => {
    expect(parseTolerance(written, unit)).toEqual({ ok: true, tolerance });
  });

  it.each<[string | number | boolean, ProbeUnit]>([
    ['< 300ms', 'ratio'],
    ['< 1%', 'ms'],
    ['< 5/s', 'count'],
    ['< 200%', 'ratio'],
    ['5% to 1%', 'ratio'],
    ['!= open', ''],
    ['open', 'count'],
    ['<', 'ms'],
    ['', 'ms'],
    ['< 1ms < 2ms', 'ms'],
    ['about 3', 'count'],
    ['x'.repeat(200), ''],
  ])('%j of %s is refused', (written, unit) => {
    expect(parseTolerance(written, unit)).toMatchObject({ ok: false });
  });
});
