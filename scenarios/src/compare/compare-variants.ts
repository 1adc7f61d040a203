import type { Difference, RunView } from '../journal/view.ts';
import type { Column } from './column.ts';
import { compareChecks } from './compare-checks.ts';
import {
  compareAborts,
  compareDurations,
  compareInvariants,
  compareMeasured,
  compareSightings,
} from './compare-outcomes.ts';

/**
 * In what the variants of a run differ, the largest difference first: checks that are broken in
 * some of them, broken invariants, readings that are far apart, what was seen how often, how long
 * it took. Empty before two variants have ended, and for a soak, whose variants are tries.
 */
export function compareVariants(view: Pick<RunView, 'runKind' | 'variants'>): Difference[] {
  const ended = view.variants.filter(({ state }) => state === 'ended');
  if (ended.length < 2 || view.runKind === 'soak') return [];
  return compareColumns(view.variants.map((variant) => ({ label: variant.name, variant })));
}

/** In what columns differ; every difference has one value a column, in their order. */
export function compareColumns(columns: readonly Column[]): Difference[] {
  return [
    ...compareAborts(columns),
    ...compareChecks(columns),
    ...compareInvariants(columns),
    ...compareMeasured(columns),
    ...compareSightings(columns),
    ...compareDurations(columns),
  ].sort((one, other) => other.weight - one.weight || (one.subject < other.subject ? -1 : 1));
}
