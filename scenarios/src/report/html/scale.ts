import type { VariantView } from '../../journal/view.ts';

/** Size of the box in which charts are drawn; the page stretches it. */
export const WIDTH = 1000;
/** See {@link WIDTH}. */
export const HEIGHT = 150;

/** Values that are this many times apart are drawn by magnitude. */
const LOGARITHMIC_FROM = 20;

/** Where values and times stand in a chart. */
export interface Scale {
  least: number;
  most: number;
  x(atMs: number): number;
  y(value: number): number;
}

/** Length of the time axis that the variants share, milliseconds; at least a second. */
export function axisOf(variants: readonly VariantView[]): number {
  return Math.max(
    1000,
    ...variants.map(({ startedAt, endedAt, checks }) =>
      startedAt !== null && endedAt !== null
        ? endedAt - startedAt
        : Math.max(0, ...checks.map(({ points }) => points.at(-1)?.[0] ?? 0)),
    ),
  );
}

/**
 * A scale that shows all `values` and the limits. Times that are far apart are drawn by magnitude,
 * everything else from zero.
 */
export function createScale(values: readonly number[], unit: string, axisMs: number): Scale {
  const logarithmic = isLogarithmic(values, unit);
  const { largest, smallest } = extremes(values);
  const least = logarithmic ? smallest * 0.8 : Math.min(0, ...values.filter((value) => value < 0));
  const most = largest > least ? largest * 1.05 : least + 1;
  const share = (value: number) =>
    logarithmic
      ? Math.log(Math.max(value, least) / least) / Math.log(most / least)
      : (value - least) / (most - least);
  return {
    least,
    most,
    x: (atMs) => round((Math.min(Math.max(atMs, 0), axisMs) / axisMs) * WIDTH),
    y: (value) => round(HEIGHT - share(value) * HEIGHT),
  };
}

/** Whether these values are drawn by magnitude. */
export function isLogarithmic(values: readonly number[], unit: string): boolean {
  const { largest, smallest } = extremes(values);
  return unit === 'ms' && largest / smallest >= LOGARITHMIC_FROM;
}

/** The largest value, at least 0, and the smallest above 0. */
function extremes(values: readonly number[]): { largest: number; smallest: number } {
  let [largest, smallest] = [0, Infinity];
  for (const value of values) {
    largest = Math.max(largest, value);
    if (value > 0) smallest = Math.min(smallest, value);
  }
  return { largest, smallest };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
