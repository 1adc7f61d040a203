import { formatDuration, formatQuantity, QUANTITY_EXAMPLE } from '../document/units.ts';
import type { ProbeUnit, Reading } from '../probes/reading.ts';

/**
 * A value in its unit, for people: `4.88 s`, `0.7 %`, `open`, `yes`; `–` for null.
 *
 * @param unit unit of a probe; a ratio is 0 to 1 and is told in percent
 */
export function sayValue(value: Reading['value'], unit: string): string {
  if (value === null) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  if (!Number.isFinite(value)) return '–';
  return formatQuantity(isProbeUnit(unit) ? unit : '', value);
}

/** A span of time, for people; `–` while it lasts. */
export function sayLasting(fromMs: number | null, toMs: number | null): string {
  return fromMs === null || toMs === null ? '–' : formatDuration(toMs - fromMs);
}

/** A count and its noun: `1 violation`, `3 violations`. */
export function sayCounted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function isProbeUnit(unit: string): unit is ProbeUnit {
  return Object.hasOwn(QUANTITY_EXAMPLE, unit);
}
