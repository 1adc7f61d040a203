import { z } from 'zod';
import {
  BYTES_PATTERN,
  DURATION_PATTERN,
  RATIO_PATTERN,
  formatBytes,
  parseBytes,
  parseDuration,
  parseRate,
  parseRatio,
} from './units.ts';

/** How the values of one unit are written. */
interface Writing {
  pattern: RegExp;
  /** `500ms, 10s or 2m`. */
  examples: string;
  parse: (text: string) => number | null;
  /** A value with the largest unit that leaves it whole. */
  say: (value: number) => string;
}

const MICROSECONDS = /^(\d+(?:\.\d+)?) ?(us|µs)$/;
const KILOBYTES_PER_S = /^(\d+(?:\.\d+)?) ?(KB|MB)\/s$/;
const PER_S = /^\d+(?:\.\d+)? ?\/ ?(s|min)$/;

const WRITINGS = {
  ms: {
    pattern: DURATION_PATTERN,
    examples: '500ms, 10s or 2m',
    parse: parseDuration,
    say: sayDuration,
  },
  µs: {
    pattern: new RegExp(`${MICROSECONDS.source}|${DURATION_PATTERN.source}`),
    examples: '500us or 10ms',
    parse: (text) => {
      const [, microseconds] = MICROSECONDS.exec(text) ?? [];
      if (microseconds !== undefined) return Number(microseconds);
      const milliseconds = parseDuration(text);
      return milliseconds === null ? null : milliseconds * 1000;
    },
    say: (value) => (value > 0 && value < 1000 ? `${value}us` : sayDuration(value / 1000)),
  },
  ratio: {
    pattern: RATIO_PATTERN,
    examples: '50% or 0.5',
    parse: parseRatio,
    say: (value) => `${Number((value * 100).toPrecision(6))}%`,
  },
  bytes: {
    pattern: BYTES_PATTERN,
    examples: '500B, 64KB or 10MB',
    parse: parseBytes,
    say: (value) => formatBytes(value).replace(' ', ''),
  },
  'KB/s': {
    pattern: KILOBYTES_PER_S,
    examples: '10KB/s or 1MB/s',
    parse: (text) => {
      const [, digits, unit] = KILOBYTES_PER_S.exec(text) ?? [];
      return digits === undefined ? null : Number(digits) * (unit === 'MB' ? 1000 : 1);
    },
    say: (value) => `${value}KB/s`,
  },
  '/s': {
    pattern: PER_S,
    examples: '50/s or 30/min',
    parse: parseRate,
    say: (value) => `${value}/s`,
  },
} as const satisfies Record<string, Writing>;

/** A base unit of fields. */
export type QuantityUnit = keyof typeof WRITINGS;

/** Whether values of `unit` can be written with a unit. */
export function isQuantityUnit(unit: string): unit is QuantityUnit {
  return Object.hasOwn(WRITINGS, unit);
}

/** A range in base units, both ends included. */
export interface QuantityRange {
  minimum: number;
  maximum: number;
  /** Whole base units only: rounded. */
  integer?: boolean;
  /** Whether a number alone is a value in the base unit; else only 0 needs no unit. */
  bare?: boolean;
}

/** Schema of a value of `unit`, which becomes a number in the base unit. */
export function quantity(unit: QuantityUnit, range: QuantityRange) {
  const { minimum, maximum, integer = false, bare = false } = range;
  const { pattern, examples, parse, say }: Writing = WRITINGS[unit];
  const error = `must be a value with a unit, such as ${examples}`;
  const written = z.string({ error }).max(40, { error }).regex(pattern, { error });
  return z
    .union([bare ? z.number() : z.literal(0), written], { error })
    .transform((written, context) => {
      const value = typeof written === 'number' ? written : parse(written);
      if (value !== null && value >= minimum && value <= maximum) {
        return integer ? Math.round(value) : value;
      }
      const message = `must be ${say(minimum)} to ${say(maximum)}`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .meta({ range: `${say(minimum)} to ${say(maximum)}` });
}

/** A duration in milliseconds, written `500ms`, `10s`, `2m`. */
export function duration(minimumMs: number, maximumMs: number) {
  return quantity('ms', { minimum: minimumMs, maximum: maximumMs, integer: true });
}

/** `2000` as `2s`, `90000` as `90s`, `1500` as `1500ms`. */
export function sayDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  if (milliseconds % 3_600_000 === 0) return `${milliseconds / 3_600_000}h`;
  if (milliseconds % 60_000 === 0) return `${milliseconds / 60_000}m`;
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}
