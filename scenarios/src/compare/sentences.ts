import type { Column, Spread, Value } from './column.ts';
import { sayValue } from './say-value.ts';

/** How far apart, for people: `20.3 times as long`, `45 points more`, `7 in place of none`. */
export function saySpread(spread: Spread, values: readonly Value[], unit: string): string {
  const high = values[spread.most] ?? null;
  const low = values[spread.least] ?? null;
  if (unit === 'ratio' && typeof high === 'number' && typeof low === 'number') {
    return `${Number(((high - low) * 100).toPrecision(2))} points more`;
  }
  if (spread.ratio === null) return `${sayValue(high, unit)} in place of none`;
  return `${Number(spread.ratio.toPrecision(3))} times as ${unit === 'ms' ? 'long' : 'much'}`;
}

/** The same, and where: `20.3 times as long in without-breaker`. */
export function saySpreadIn(
  spread: Spread,
  values: readonly Value[],
  unit: string,
  columns: readonly Column[],
): string {
  return `${saySpread(spread, values, unit)} in ${columns[spread.most]?.label ?? ''}`;
}

/** Which columns, for people: `without-breaker`, `a and b`, `a, b and c`. */
export function sayColumns(columns: readonly Column[], chosen: (index: number) => boolean): string {
  const labels = columns.filter((_column, index) => chosen(index)).map(({ label }) => label);
  return labels.length < 2
    ? labels.join('')
    : `${labels.slice(0, -1).join(', ')} and ${labels.at(-1)}`;
}

/** One value a column, for people: `open in with-breaker, closed in without-breaker`. */
export function sayEach(columns: readonly Column[], said: readonly string[]): string {
  return columns.map(({ label }, index) => `${said[index]} in ${label}`).join(', ');
}
