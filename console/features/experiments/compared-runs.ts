import type { Run, VariantView } from '@faultline/server/contract';

/** Variants that every one of the runs has; those of the first when they share none. */
export function sharedVariants(runs: readonly Run[]): string[] {
  const [first, ...others] = runs;
  const names = (first?.variants ?? []).map(({ name }) => name);
  const shared = names.filter((name) =>
    others.every(({ variants }) => variants.some((variant) => variant.name === name)),
  );
  return shared.length > 0 ? shared : names.slice(0, 1);
}

/** What tells runs apart, short: their experiments, else their seeds, else their numbers. */
export function runLabels(runs: readonly Run[]): string[] {
  const candidates = [
    runs.map(({ experiment }) => experiment),
    runs.map(({ seed }) => `seed ${seed}`),
    runs.map((_, index) => `run ${index + 1}`),
  ];
  return (
    candidates.find((labels) => new Set(labels).size === runs.length) ?? runs.map(({ id }) => id)
  );
}

/** One variant of each run under the name of its run, so that they can be drawn on one axis. */
export function asVariants(runs: readonly Run[], variant: string): VariantView[] {
  const labels = runLabels(runs);
  return runs.flatMap((run, index) => {
    const found = run.variants.find(({ name }) => name === variant) ?? run.variants[0];
    return found === undefined ? [] : [{ ...found, name: labels[index] ?? run.id }];
  });
}
