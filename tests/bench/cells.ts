import { judge } from './judge.ts';
import type { Row } from './row.ts';

/** Heads of the columns, in order. */
export const HEADS = [
  'what',
  'measured: median (min–max)',
  'target',
  'peer: median',
  'ratio',
  '',
] as const;

/** A row of the table as text, a cell per head. */
export function cellsOf(row: Row): string[] {
  const { median, min, max, peerMedian, ratio, verdict } = judge(row);
  const single = row.ours.length === 1;
  const range = single ? '' : ` (${formatNumber(min)}–${formatNumber(max)})`;
  return [
    row.what,
    `${withUnit(median, row.unit)}${range}`,
    targetOf(row),
    row.peer && peerMedian !== null
      ? `${row.peer.name} ${row.peer.version}: ${withUnit(peerMedian, row.unit)}`
      : '–',
    ratio === null ? '–' : `${ratio.toFixed(2)} x`,
    verdict === 'no target' ? '–' : verdict,
  ];
}

function targetOf({ target, better, unit }: Row): string {
  if (target === null) return '–';
  const sign = better === 'higher' ? '≥' : '≤';
  switch (target.kind) {
    case 'absolute':
      // Counts cannot be below it.
      if (target.value === 0 && better === 'lower') return withUnit(0, unit);
      return `${sign} ${withUnit(target.value, unit)}`;
    case 'of-peer':
      return `${sign} ${target.factor.toFixed(1)} x`;
  }
}

/** Three digits that say something, and never fewer than the integer has: 0.123, 12.3, 12,345. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 100) return Math.round(value).toLocaleString('en-US');
  if (size >= 10) return value.toFixed(1);
  return size >= 1 ? value.toFixed(2) : value.toPrecision(2);
}

/** A unit that begins with `1/` reads as a rate: 50,000/s. */
function withUnit(value: number, unit: string): string {
  const number = formatNumber(value);
  if (unit.startsWith('1/')) return number + unit.slice(1);
  return unit === '' ? number : `${number} ${unit}`;
}
