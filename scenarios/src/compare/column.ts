import type { Reading } from '../probes/reading.ts';
import type { VariantView } from '../journal/view.ts';

/** One thing that is held beside others: a variant of a run, or the same variant of several runs. */
export interface Column {
  /** What sentences call it. */
  label: string;
  variant: VariantView;
}

/** Value of a column; null where it has none. */
export type Value = Reading['value'];

/** How far apart numbers are. */
export interface Spread {
  /** 0 to 1: how much it strikes the eye. */
  scale: number;
  /** Positions of the largest and the smallest. */
  most: number;
  least: number;
  /** Largest by smallest; null when the smallest is 0. */
  ratio: number | null;
}

/** Below this, largest by smallest is chance. */
const NOTABLE_RATIO = 1.25;
/** Ratios (0 to 1) that are less apart than this are chance. */
const NOTABLE_POINTS = 0.01;
/** This many times as much, and this many points apart, strike the eye as much as anything does. */
const FULL_RATIO = 100;
const FULL_POINTS = 0.5;

/**
 * How far apart the numbers among `values` are; null when there are fewer than two, or when what
 * is between them could be chance. The scale of ratios counts points, that of others magnitudes.
 */
export function spreadOf(values: readonly Value[], unit: string): Spread | null {
  const numbers = values.flatMap((value, index) =>
    typeof value === 'number' ? [{ value, index }] : [],
  );
  const [least, most] = [numbers.toSorted(byValue)[0], numbers.toSorted(byValue).at(-1)];
  if (!least || !most || numbers.length < 2) return null;
  const ratio = least.value > 0 ? most.value / least.value : null;
  const found = { most: most.index, least: least.index, ratio };
  if (unit === 'ratio') {
    const points = most.value - least.value;
    if (points < NOTABLE_POINTS) return null;
    return { ...found, scale: Math.min(1, points / FULL_POINTS) };
  }
  if (most.value === least.value) return null;
  if (ratio === null) return { ...found, scale: 0.5 };
  if (ratio < NOTABLE_RATIO) return null;
  return { ...found, scale: Math.min(1, Math.log(ratio) / Math.log(FULL_RATIO)) };
}

function byValue(one: { value: number }, other: { value: number }): number {
  return one.value - other.value;
}
