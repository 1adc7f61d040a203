import {
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatRate,
  NOTHING,
} from '../../lib/format.ts';

/** What a probe may answer; null: there was nothing to measure. */
export type Value = number | string | boolean | null;

/** A value of a check with its unit, as people say it: `340 ms`, `6.5 %`, `open`. */
export function formatValue(value: Value, unit: string): string {
  if (value === null) return NOTHING;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  switch (unit) {
    case 'ms':
      return formatDuration(value);
    case 'ratio':
      return formatPercent(value);
    case '1/s':
      return `${formatRate(value)} /s`;
    case 'bytes':
      return formatBytes(value);
    case 'times':
      return `× ${tidy(value)}`;
    default:
      return Number.isInteger(value) ? formatCount(value) : tidy(value);
  }
}

/** A text of the engine as people read it: lines as `orders → payments`. */
export function readable(text: string): string {
  return text.replaceAll('->', ' → ');
}

/** A {@link readable} text as the title of something; `p95` keeps its small letter. */
export function titled(text: string): string {
  const words = readable(text);
  return /^p\d/.test(words) ? words : words.charAt(0).toUpperCase() + words.slice(1);
}

/** What stands beside the title of a chart: `milliseconds` are shown on a logarithmic axis. */
export function unitWords(unit: string): string {
  return UNITS[unit] ?? unit;
}
const UNITS: Readonly<Record<string, string>> = {
  ms: 'log',
  ratio: '%',
  '1/s': 'per second',
  count: 'count',
  bytes: 'bytes',
  times: 'times',
};

const SCALE: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  '%': 0.01,
  KB: 1000,
  KiB: 1024,
  MB: 1_000_000,
  MiB: 1_048_576,
  GB: 1_000_000_000,
};

/**
 * The numbers of a tolerance as it is written, in the base unit of the check: `< 400ms` gives
 * [400], `1%..5%` gives [0.01, 0.05]. Empty for one that is not about numbers.
 */
export function limitsOf(expect: string): number[] {
  return [
    ...expect.matchAll(/(?<!\w|\d\.)(-?\d+(?:\.\d+)?)\s*(ms|min|s|m|h|%|KB|KiB|MB|MiB|GB)?/g),
  ].map(([, number = '', unit]) => Number(number) * (unit === undefined ? 1 : (SCALE[unit] ?? 1)));
}

function tidy(value: number): string {
  return String(Number(value.toPrecision(3)));
}
