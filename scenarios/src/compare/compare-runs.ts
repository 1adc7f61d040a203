import type { Difference, RunView, VariantView } from '../journal/view.ts';
import { compareColumns } from './compare-variants.ts';

/** Most runs that can be held beside each other. */
export const MAXIMUM_RUNS = 4;

/**
 * In what two to four runs differ, the largest difference first; one value a run, in their order.
 * A variant is compared with the variant of the same name; runs that share none are compared by
 * their first. Titles name the variant when there are several.
 *
 * @throws RangeError for fewer than two or more than four runs
 */
export function compareRuns(views: readonly RunView[]): Difference[] {
  if (views.length < 2 || views.length > MAXIMUM_RUNS) {
    throw new RangeError(`2 to ${MAXIMUM_RUNS} runs can be compared; received ${views.length}`);
  }
  const labels = labelsOf(views);
  const shared = sharedVariants(views);
  const rows = shared.length > 0 ? shared : [undefined];
  return rows
    .flatMap((name) => {
      const variants = views.map((view) => variantOf(view, name));
      if (!variants.every((variant) => variant !== undefined)) return [];
      const columns = variants.map((variant, index) => ({ label: labels[index] ?? '', variant }));
      const found = compareColumns(columns);
      return shared.length > 1 && name !== undefined ? found.map((one) => named(one, name)) : found;
    })
    .sort((one, other) => other.weight - one.weight);
}

/** What sentences call each run: its experiment when that tells them apart, else its id. */
function labelsOf(views: readonly RunView[]): string[] {
  const experiments = new Set(views.map(({ experiment }) => experiment));
  return views.map(({ experiment, id }) =>
    experiments.size === views.length ? experiment : `run ${id}`,
  );
}

function sharedVariants(views: readonly RunView[]): string[] {
  const [first, ...others] = views;
  return (first?.variants ?? [])
    .map(({ name }) => name)
    .filter((name) => others.every((view) => view.variants.some((one) => one.name === name)));
}

function variantOf(view: RunView, name: string | undefined): VariantView | undefined {
  return name === undefined ? view.variants[0] : view.variants.find((one) => one.name === name);
}

function named(difference: Difference, variant: string): Difference {
  return {
    ...difference,
    subject: `${variant}/${difference.subject}`,
    title: `${variant}: ${difference.title}`,
  };
}
