import type { VariantView } from '@faultline/server/contract';
import type { Value } from './value-words.ts';

/** One measured number against the values of the swept parameter. */
export interface SweepLine {
  id: string;
  title: string;
  unit: string;
  points: { at: number; label: string; value: Value }[];
}

/** A sweep as charts: what was changed, and a line for each number that was measured. */
export interface SweepRows {
  field: string;
  labels: string[];
  lines: SweepLine[];
}

/** The swept variants of a run; null for a run without a sweep. */
export function sweepRows(variants: readonly VariantView[]): SweepRows | null {
  const swept = variants.filter((variant) => variant.sweep !== null);
  const field = swept[0]?.sweep?.field;
  if (field === undefined) return null;
  const labels = swept.map((variant) => String(variant.sweep?.value ?? ''));
  const lines = new Map<string, SweepLine>();
  for (const [at, variant] of swept.entries()) {
    for (const { id, title, unit, value } of variant.measured) {
      const line = lines.get(id) ?? { id, title, unit, points: [] };
      line.points.push({ at, label: labels[at] ?? '', value });
      lines.set(id, line);
    }
  }
  return { field, labels, lines: [...lines.values()] };
}
