import type { Step } from '../document/model.ts';

/** A step with its place: `0`; `1.0` in a sequence; `1.0.2` in the first branch of a block. */
export interface PlacedStep {
  path: string;
  step: Step;
  /** The step after it in its list; null: the last. */
  next: string | null;
  /** The block it is in; null: the method itself. */
  parent: string | null;
  /** First steps of its branches; empty for anything but a block. */
  branches: string[];
}

/** A method in which every step knows what comes after it, by path, in the order of the document. */
export interface Program {
  /** Null: there is nothing to do. */
  first: string | null;
  steps: ReadonlyMap<string, PlacedStep>;
}

/** Gives every step of a method its path. */
export function compile(method: readonly Step[]): Program {
  const steps = new Map<string, PlacedStep>();
  const first = place(method, '', null, steps);
  return { first, steps };
}

function place(
  list: readonly Step[],
  prefix: string,
  parent: string | null,
  into: Map<string, PlacedStep>,
): string | null {
  list.forEach((step, index) => {
    const path = `${prefix}${index}`;
    const next = index + 1 < list.length ? `${prefix}${index + 1}` : null;
    const placed: PlacedStep = { path, step, next, parent, branches: [] };
    into.set(path, placed);
    placed.branches = blocksOf(step, path)
      .map(({ steps, prefix: inner }) => place(steps, inner, path, into))
      .filter((branch) => branch !== null);
  });
  return list.length === 0 ? null : `${prefix}0`;
}

function blocksOf(step: Step, path: string): { steps: readonly Step[]; prefix: string }[] {
  if (step.kind === 'sequence') return [{ steps: step.steps, prefix: `${path}.` }];
  if (step.kind !== 'parallel') return [];
  return step.branches.map((steps, branch) => ({ steps, prefix: `${path}.${branch}.` }));
}
