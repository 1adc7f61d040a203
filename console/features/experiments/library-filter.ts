import type { ExperimentSummary } from '@faultline/server/contract';

/** States of the last result that can be asked for; the first is all of them. */
export const RESULT_STATES = ['any', 'claimed', 'not-claimed', 'never', 'invalid'] as const;
/** See {@link RESULT_STATES}. */
export type ResultState = (typeof RESULT_STATES)[number];

/** What the library is narrowed to; empty words narrow nothing. */
export interface LibraryFilter {
  q: string;
  pattern: string;
  fault: string;
  tag: string;
  state: ResultState;
}

/** What became of an experiment last, in one word. */
export function resultState(experiment: ExperimentSummary): Exclude<ResultState, 'any'> {
  if (!experiment.valid) return 'invalid';
  if (experiment.last === null) return 'never';
  return experiment.last.outcome.asClaimed ? 'claimed' : 'not-claimed';
}

/** The experiments that a filter leaves, in the order they came. */
export function filterLibrary(
  experiments: readonly ExperimentSummary[],
  filter: LibraryFilter,
): ExperimentSummary[] {
  const words = filter.q.toLowerCase().split(/\s+/).filter(Boolean);
  return experiments.filter((experiment) => {
    const { name, title, description, tags, faults, pattern } = experiment;
    const text = [name, title, description, pattern ?? '', ...tags, ...faults]
      .join(' ')
      .toLowerCase();
    return (
      words.every((word) => text.includes(word)) &&
      (filter.pattern === '' || pattern === filter.pattern) &&
      (filter.fault === '' || faults.includes(filter.fault)) &&
      (filter.tag === '' || tags.includes(filter.tag)) &&
      (filter.state === 'any' || resultState(experiment) === filter.state)
    );
  });
}

/** What the filters offer: everything that occurs, in order. */
export function libraryChoices(experiments: readonly ExperimentSummary[]): {
  patterns: string[];
  faults: string[];
  tags: string[];
} {
  const sorted = (words: readonly string[]) =>
    [...new Set(words)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return {
    patterns: sorted(experiments.flatMap(({ pattern }) => (pattern === null ? [] : [pattern]))),
    faults: sorted(experiments.flatMap(({ faults }) => faults)),
    tags: sorted(experiments.flatMap(({ tags }) => tags)),
  };
}

/**
 * The experiment for somebody who has never run one: of those that show a claim both ways the one
 * marked `start-here`, else the shortest. Null once any of the library has a result.
 */
export function firstExperiment(
  experiments: readonly ExperimentSummary[],
): ExperimentSummary | null {
  if (experiments.some(({ last }) => last !== null)) return null;
  const both = experiments.filter(
    ({ valid, origin, variants }) =>
      valid && origin === 'library' && variants.some(({ expect }) => expect === 'fails'),
  );
  const shortest = both.toSorted((a, b) => a.aboutMs - b.aboutMs);
  return shortest.find(({ tags }) => tags.includes('start-here')) ?? shortest[0] ?? null;
}
