import { formatPercent, formatRate, durationParts } from '../../lib/format.ts';
import { linearY, logRange, logY } from './scale.ts';
import type { RedPoint } from './series.ts';

/** Height of the whole chart and of its axis, pixels. */
export const CHART_PX = 142;
export const AXIS_Y = 127;
/** Baselines of the two rows of words above the curves: what we did, what happened. */
export const OURS_Y = 9;
export const THEIRS_Y = 21;

/** One of the three curves: where it stands, how it reads. */
export interface Lane {
  key: 'rate' | 'errors' | 'p95';
  label: string;
  top: number;
  bottom: number;
  colour: string;
  filled: boolean;
  /** The value of a point; null is a gap. */
  value: (point: RedPoint) => number | null;
  y: (value: number) => number;
  /** The newest value, with its unit. */
  newest: string;
}

const NO_POINT: Pick<RedPoint, 'ratePerS' | 'errorRatio' | 'p95Ms' | 'count'> = {
  ratePerS: 0,
  errorRatio: 0,
  p95Ms: null,
  count: 0,
};

/** The three lanes for these points: rate from zero, errors from zero to at least 5 %, p95 in decades. */
export function lanesOf(points: readonly RedPoint[]): Lane[] {
  const newest = points.at(-1) ?? NO_POINT;
  const rateHigh = Math.max(1, ...points.map((point) => point.ratePerS)) * 1.15;
  const errorHigh = Math.min(1, Math.max(0.05, ...points.map((point) => point.errorRatio)) * 1.1);
  const { low, high } = logRange(
    points.flatMap((point) => (point.p95Ms === null ? [] : [point.p95Ms])),
  );
  const p95 = durationParts(newest.p95Ms);
  return [
    {
      key: 'rate',
      label: 'rate',
      top: 28,
      bottom: 50,
      colour: 'var(--p50)',
      filled: true,
      value: (point) => point.ratePerS,
      y: (value) => linearY(value, rateHigh, 28, 50),
      newest: `${formatRate(newest.ratePerS)} req/s`,
    },
    {
      key: 'errors',
      label: 'errors',
      top: 58,
      bottom: 82,
      colour: 'var(--bad)',
      filled: true,
      value: (point) => (point.count === 0 ? null : point.errorRatio),
      y: (value) => linearY(value, errorHigh, 58, 82),
      newest: newest.count === 0 ? 'no calls' : formatPercent(newest.errorRatio),
    },
    {
      key: 'p95',
      label: 'p95',
      top: 90,
      bottom: 113,
      colour: 'var(--p95)',
      filled: false,
      value: (point) => point.p95Ms,
      y: (value) => logY(value, low, high, 90, 113),
      newest: `${p95.value}${p95.unit === '' ? '' : ` ${p95.unit}`} (log)`,
    },
  ];
}
