import type { ProbeUnit } from '../probes/reading.ts';

/** How durations are written: a number with its unit. `m` is minutes. */
export const DURATION_PATTERN = /^(\d+(?:\.\d+)?) ?(ms|s|m|min|h)$/;
/** How ratios are written: percent, or a number from 0 to 1. */
export const RATIO_PATTERN = /^(\d+(?:\.\d+)?) ?%$/;
/** How sizes are written: SI and binary multiples of bytes. */
export const BYTES_PATTERN = /^(\d+(?:\.\d+)?) ?(B|KB|KiB|MB|MiB|GB|GiB)$/;
const RATE_PATTERN = /^(\d+(?:\.\d+)?) ?\/ ?(s|min)$/;
const NUMBER_PATTERN = /^-?\d+(?:\.\d+)?$/;

const MILLISECONDS = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 } as const;
const BYTES = {
  B: 1,
  KB: 1e3,
  KiB: 1024,
  MB: 1e6,
  MiB: 1024 ** 2,
  GB: 1e9,
  GiB: 1024 ** 3,
} as const;

/** Milliseconds of `2s`, `100ms`, `1.5m`, `1h` or of a number of milliseconds; null: none of these. */
export function parseDuration(written: string | number): number | null {
  if (typeof written === 'number') return amount(written);
  const [, digits, unit] = DURATION_PATTERN.exec(written.trim()) ?? [];
  return scaled(digits, MILLISECONDS[unit as keyof typeof MILLISECONDS]);
}

/** 0 to 1 of `1%`, `0.01` or a number; above 1 only as percent; null: none of these. */
export function parseRatio(written: string | number): number | null {
  const [, percent] = RATIO_PATTERN.exec(String(written).trim()) ?? [];
  if (percent !== undefined) return rounded(Number(percent) / 100);
  const ratio = plainNumber(written);
  return ratio !== null && ratio >= 0 && ratio <= 1 ? ratio : null;
}

/** Bytes of `64KB` (1000), `1MiB` (1024 * 1024) or of a number of bytes; null: none of these. */
export function parseBytes(written: string | number): number | null {
  if (typeof written === 'number') return amount(written);
  const [, digits, unit] = BYTES_PATTERN.exec(written.trim()) ?? [];
  return scaled(digits, BYTES[unit as keyof typeof BYTES]);
}

/** Per second of `5/s`, `300/min` or of a number; null: none of these. */
export function parseRate(written: string | number): number | null {
  const [, digits, unit] = RATE_PATTERN.exec(String(written).trim()) ?? [];
  if (digits !== undefined) return rounded(Number(digits) / (unit === 'min' ? 60 : 1));
  const rate = plainNumber(written);
  return rate === null ? null : amount(rate);
}

/**
 * A quantity as people write it, in the base unit of a probe: `300ms` and `0.3s` of `ms`, `1%` of
 * `ratio`, `5/s`, `64KB`, `1.2x` of `times`. A bare number is in the base unit.
 *
 * @returns null when it is no such quantity
 */
export function parseQuantity(unit: ProbeUnit, written: string | number): number | null {
  const bare = plainNumber(written);
  switch (unit) {
    case 'ms':
      return bare === null ? parseDuration(written) : bare;
    case 'ratio':
      return parseRatio(written);
    case 'bytes':
      return bare === null ? parseBytes(written) : bare;
    case '1/s':
      return parseRate(written);
    case 'times':
      return bare ?? plainNumber(String(written).replace(/ ?(x|times)$/, ''));
    case 'count':
    case '':
      return bare;
  }
}

/** An example of how a quantity of this unit is written, for messages. */
export const QUANTITY_EXAMPLE: Readonly<Record<ProbeUnit, string>> = {
  ratio: '1%',
  ms: '300ms',
  '1/s': '5/s',
  count: '3',
  bytes: '64KB',
  times: '1.2x',
  '': '200',
};

/** `340 ms`, `1.5 s`, `10 s`, `2 min`. */
export function formatDuration(milliseconds: number): string {
  const size = Math.abs(milliseconds);
  if (size < 1000) return `${significant(milliseconds)} ms`;
  if (size < 120_000) return `${significant(milliseconds / 1000)} s`;
  return `${significant(milliseconds / 60_000)} min`;
}

/** `1 %`, `0.35 %`, `99.95 %`. */
export function formatRatio(ratio: number): string {
  return `${Number((ratio * 100).toFixed(2))} %`;
}

/** `512 B`, `64 KB`, `1.5 MB`; multiples of 1000. */
export function formatBytes(bytes: number): string {
  const size = Math.abs(bytes);
  if (size < 1e3) return `${significant(bytes)} B`;
  if (size < 1e6) return `${significant(bytes / 1e3)} KB`;
  if (size < 1e9) return `${significant(bytes / 1e6)} MB`;
  return `${significant(bytes / 1e9)} GB`;
}

/** A value of a probe with its unit, for people. */
export function formatQuantity(unit: ProbeUnit, value: number): string {
  switch (unit) {
    case 'ms':
      return formatDuration(value);
    case 'ratio':
      return formatRatio(value);
    case 'bytes':
      return formatBytes(value);
    case '1/s':
      return `${significant(value)} /s`;
    case 'times':
      return `${significant(value)}×`;
    case 'count':
    case '':
      return String(significant(value));
  }
}

function plainNumber(written: string | number): number | null {
  const text = String(written).trim();
  return NUMBER_PATTERN.test(text) ? Number(text) : null;
}

function amount(value: number): number | null {
  return Number.isFinite(value) && value >= 0 ? value : null;
}

function scaled(digits: string | undefined, factor: number | undefined): number | null {
  return digits === undefined || factor === undefined ? null : rounded(Number(digits) * factor);
}

/** Takes away what binary fractions add: 0.07 * 1000 is 70. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

function significant(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(3));
}
