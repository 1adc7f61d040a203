import type { RedSeries } from '@faultline/collector/contract';
import { logRange } from '../strip/scale.ts';

/** One moment of a panel's chart. Null is a gap; errors are a ratio, durations milliseconds. */
export interface RedRow {
  at: number;
  rate: number;
  errors: number | null;
  failed: number;
  calls: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/** Points as the chart reads them: nothing measured is a gap, not zero. */
export function redRows(points: RedSeries['points']): RedRow[] {
  return points.map((point) => ({
    at: point.at,
    rate: point.ratePerS,
    errors: point.count === 0 ? null : point.errorRatio,
    failed: point.errorCount,
    calls: point.count,
    p50: point.p50Ms,
    p95: point.p95Ms,
    p99: point.p99Ms,
  }));
}

/** The decades of a logarithmic axis that holds every duration of the rows. */
export function decades(rows: readonly RedRow[]): number[] {
  const { low, high } = logRange(
    rows.flatMap((row) => [row.p50, row.p95, row.p99].filter((value) => value !== null)),
  );
  const ticks: number[] = [];
  for (let tick = low; tick <= high * 1.001; tick *= 10) ticks.push(Number(tick.toPrecision(1)));
  return ticks;
}

/** The end of a linear axis that holds `most`: 1, 2 or 5 times a power of ten. */
export function roundUp(most: number, least: number): number {
  const wanted = Math.max(most, least);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= wanted * 0.999) ?? 10;
  return Number((step * power).toPrecision(1));
}
