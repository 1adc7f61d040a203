import type { VariantView } from '@faultline/server/contract';
import { roundUp } from '../map/red-rows.ts';
import { logRange } from '../strip/scale.ts';
import { formatSetting, formatPercent, formatCount } from '../../lib/format.ts';
import { formatValue, limitsOf, type Value } from './value-words.ts';

/** One moment of a chart: milliseconds since the variant began, and where it is drawn. */
export interface ChartPoint {
  ms: number;
  /** Null is a gap. */
  y: number | null;
  value: Value;
}

/** One line of a chart: what one variant measured. */
export interface ChartLine {
  variant: string;
  /** Position of the variant in the run: its colour and dashes. */
  index: number;
  points: ChartPoint[];
}

/** One check over time, all variants on one axis that begins when each of them began. */
export interface CheckSeries {
  id: string;
  title: string;
  expect: string;
  unit: string;
  /** When it must be so; empty where the run does not say. */
  when: string;
  lines: ChartLine[];
  /** Where the tolerance is drawn. */
  limits: number[];
  axis: {
    scale: 'linear' | 'log' | 'words';
    domain: [number, number];
    ticks: number[];
    words: string[];
  };
}

/** More points than this a line are thinned: extremes and gaps stay. */
export const MOST_POINTS = 600;

/** The checks of a run's variants as charts, in the order of the document. */
export function checkSeries(variants: readonly VariantView[]): CheckSeries[] {
  const checks = new Map(
    variants.flatMap(({ checks }) => checks.map((check) => [check.id, check])),
  );
  return [...checks.values()].map(({ id, title, expect, unit, when = '' }) => {
    const found = variants.flatMap((variant, index) => {
      const points = variant.checks.find((check) => check.id === id)?.points ?? [];
      return points.length === 0 ? [] : [{ variant: variant.name, index, points }];
    });
    const words = wordsOf(found.flatMap(({ points }) => points.map(([, value]) => value)));
    const lines = found.map(({ points, ...line }) => ({
      ...line,
      points: thin(points.map(([ms, value]) => ({ ms, value, y: heightOf(value, words) }))),
    }));
    const limits = words.length > 0 ? [] : limitsOf(expect);
    return {
      id,
      title,
      expect,
      unit,
      when,
      lines,
      limits,
      axis: axisOf(unit, lines, limits, words),
    };
  });
}

/** Fewer points with the same look: the least and the greatest of each stretch, and its gaps. */
export function thin(points: readonly ChartPoint[], most = MOST_POINTS): ChartPoint[] {
  if (points.length <= most) return [...points];
  const size = Math.ceil((points.length / most) * 2);
  const kept: ChartPoint[] = [];
  for (let from = 0; from < points.length; from += size) {
    const stretch = points.slice(from, from + size);
    const gap = stretch.find((point) => point.y === null);
    const byHeight = stretch
      .filter((point) => point.y !== null)
      .sort((a, b) => (a.y ?? 0) - (b.y ?? 0));
    const chosen = [...new Set([byHeight[0], byHeight.at(-1), gap])].filter(
      (point) => point !== undefined,
    );
    kept.push(...chosen.sort((a, b) => a.ms - b.ms));
  }
  return kept;
}

/** The value of a line at a moment; undefined where it has none near it. */
export function valueAt(line: ChartLine, ms: number): ChartPoint | undefined {
  const before = line.points.findLast((point) => point.ms <= ms);
  return before !== undefined && ms - before.ms <= NEAR_MS ? before : undefined;
}
const NEAR_MS = 2500;

/** A value on the axis, short. */
export function formatTick(series: CheckSeries, tick: number): string {
  const { axis, unit } = series;
  if (axis.scale === 'words') return axis.words[tick] ?? '';
  if (unit === 'ms') return formatSetting(tick).replace(' ', '\u00a0');
  if (unit === 'ratio') return formatPercent(tick).replace(' ', '\u00a0');
  return unit === 'count' || unit === '' ? formatCount(tick) : formatValue(tick, unit);
}

function heightOf(value: Value, words: readonly string[]): number | null {
  if (value === null) return null;
  return typeof value === 'number' ? value : words.indexOf(String(value));
}

/** States known by their names stand in a fixed order, any others by name. */
function wordsOf(values: readonly Value[]): string[] {
  const found = new Set(
    values.filter((value) => value !== null && typeof value !== 'number').map(String),
  );
  const known = ['false', 'closed', 'half-open', 'open', 'true'].filter((word) => found.has(word));
  return [...known, ...[...found].filter((word) => !known.includes(word)).sort()];
}

function axisOf(
  unit: string,
  lines: readonly ChartLine[],
  limits: readonly number[],
  words: string[],
): CheckSeries['axis'] {
  if (words.length > 0) {
    const top = Math.max(1, words.length - 1);
    return { scale: 'words', domain: [-0.15, top + 0.15], ticks: words.map((_, at) => at), words };
  }
  const values = [...lines.flatMap(({ points }) => points.map(({ y }) => y)), ...limits].filter(
    (value) => value !== null,
  );
  if (unit === 'ms') {
    const { low, high } = logRange(values);
    const ticks: number[] = [];
    for (let tick = low; tick <= high * 1.001; tick *= 10) ticks.push(Number(tick.toPrecision(1)));
    return { scale: 'log', domain: [low, high], ticks, words };
  }
  const high = roundUp(Math.max(0, ...values), unit === 'ratio' ? 0.05 : 1);
  const bounded = unit === 'ratio' ? Math.min(1, high) : high;
  return { scale: 'linear', domain: [0, bounded], ticks: [0, bounded / 2, bounded], words };
}
