import type { VariantView } from '@faultline/server/contract';

/** One fault of one variant as a band. */
export interface FaultBand {
  key: string;
  title: string;
  fromMs: number;
  /** Null: it lasts. */
  toMs: number | null;
  /** How many variants share the axis: where all of them were broken, bands add up to one. */
  of: number;
}

/** What we broke, of all variants that have begun. */
export function faultBands(variants: readonly VariantView[]): FaultBand[] {
  const begun = variants.filter(({ state }) => state !== 'waiting');
  return begun.flatMap(({ name, faults }) =>
    faults.map(({ faultId, title, fromMs, toMs }) => ({
      key: `${name} ${faultId}`,
      title,
      fromMs,
      toMs,
      of: begun.length,
    })),
  );
}

const SHORTEST_MS = 30_000;

/** Where the common axis of the variants ends: at the longest of them, as far as it has come. */
export function axisEnd(variants: readonly VariantView[]): number {
  const ends = variants.flatMap(({ startedAt, endedAt, checks, phases }) => [
    startedAt !== null && endedAt !== null ? endedAt - startedAt : 0,
    ...checks.map(({ points }) => points.at(-1)?.[0] ?? 0),
    phases.at(-1)?.fromMs ?? 0,
  ]);
  return Math.max(SHORTEST_MS, ...ends);
}

/** More lines than this on one axis cannot be told apart. */
const TOGETHER = 4;

/**
 * The variants that share the axes of charts: all of them, or of a sweep and of many tries the one
 * that is shown.
 */
export function drawnTogether(
  variants: readonly VariantView[],
  shown: VariantView | undefined,
): readonly VariantView[] {
  const alike = variants.length <= TOGETHER && variants.every(({ sweep }) => sweep === null);
  return alike ? variants : shown === undefined ? [] : [shown];
}
