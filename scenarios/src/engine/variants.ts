import type { Experiment, PolicyChange, Sweep } from '../document/model.ts';

/** One pass over the experiment: a variant of the document, or a value of its sweep. */
export interface RunVariant {
  name: string;
  changes: PolicyChange[];
  /** Null: nothing is claimed. */
  expect: 'holds' | 'fails' | null;
  because: string[];
  sweep: { field: string; value: number | string | boolean } | null;
}

/** The variants of an experiment, then one for each value of its sweep: `retry.attempts=3`. */
export function variantsOf(experiment: Experiment): RunVariant[] {
  const { sweep } = experiment;
  return [
    ...experiment.variants.map((variant) => ({ ...variant, sweep: null })),
    ...(sweep?.values ?? []).map((value) => swept(sweep as Sweep, value)),
  ];
}

function swept(sweep: Sweep, value: number | string | boolean): RunVariant {
  return {
    name: `${sweep.field}=${value}`,
    changes: [{ target: sweep.target, name: sweep.name, patch: patchOf(sweep.field, value) }],
    expect: null,
    because: [],
    sweep: { field: sweep.field, value },
  };
}

/** `retry.attempts` and 3 make `{ retry: { attempts: 3 } }`; a pattern alone is switched. */
function patchOf(field: string, value: unknown): Record<string, Record<string, unknown>> {
  const [pattern = field, ...rest] = field.split('.');
  const inner = rest.reduceRight<unknown>((nested, key) => ({ [key]: nested }), value);
  return { [pattern]: rest.length === 0 ? { enabled: value } : (inner as Record<string, unknown>) };
}
