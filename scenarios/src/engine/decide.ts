import type { Check, Tolerance } from '../document/model.ts';
import { formatQuantity } from '../document/units.ts';
import type { Reading } from '../probes/model.ts';
import type { ProbeWords } from './probe-words.ts';

/** What a reading says about its check. */
export interface Decision {
  outcome: 'held' | 'broken' | 'no-data';
  value: Reading['value'];
  samples: number | null;
  /** For people: `p95 was 1.00 s, expected < 400ms (312 samples)`. */
  detail: string;
}

/** Holds a reading against what its check expects; null stands for a reading that was never made. */
export function decide(check: Check, reading: Reading | null, words: ProbeWords): Decision {
  const samples = reading?.samples ?? null;
  const value = reading?.value ?? null;
  const title = words.describe(check.probe);
  const few = samples !== null && samples < words.minimumSamples(check.probe);
  const more = reading?.detail === undefined ? '' : `; ${reading.detail}`;
  if (value === null || few) {
    const why = few && samples > 0 ? `only ${samples} samples` : 'nothing to measure';
    return { outcome: 'no-data', value, samples, detail: `${title}: ${why}${more}` };
  }
  const outcome = tolerates(check.tolerance, value) ? 'held' : 'broken';
  const shown = showValue(value, check, words);
  const counted = samples === null ? '' : ` (${samples} samples)`;
  const detail = `${title} was ${shown}, expected ${check.expect}${counted}${more}`;
  return { outcome, value, samples, detail };
}

/** Whether a value is as expected. A value of another type never is. */
export function tolerates(tolerance: Tolerance, value: number | string | boolean): boolean {
  switch (tolerance.kind) {
    case 'is':
      return value === tolerance.value;
    case 'range':
      return typeof value === 'number' && value >= tolerance.from && value <= tolerance.to;
    case 'compare':
      return typeof value === 'number' && COMPARE[tolerance.operator](value, tolerance.value);
  }
}

type Operator = Extract<Tolerance, { kind: 'compare' }>['operator'];

const COMPARE: Readonly<Record<Operator, (value: number, limit: number) => boolean>> = {
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '=': (value, limit) => value === limit,
  '!=': (value, limit) => value !== limit,
};

function showValue(value: number | string | boolean, check: Check, words: ProbeWords): string {
  return typeof value === 'number' ? formatQuantity(words.unit(check.probe), value) : String(value);
}
