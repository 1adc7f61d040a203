import type { Experiment, ParsedDocument, Step } from '@faultline/scenarios';
import type { Plan } from '@faultline/scenarios/journal';
import type { DocumentProblemView, ExperimentSummary, RunSummary } from '../contract/index.ts';
import type { LibraryEntry } from './library.ts';

/** An experiment as lists show it. @param plan by the catalogue; null when there is none */
export function viewExperiment(
  { name, origin, parsed }: LibraryEntry,
  plan: Plan | null,
  last: RunSummary | undefined,
): ExperimentSummary {
  const about = parsed.ok ? wordsOf(parsed.experiment) : { ...NOTHING, title: name };
  return {
    ...{ name, origin, valid: parsed.ok, ...about },
    aboutMs: plan?.aboutMs ?? 0,
    atMostMs: plan?.atMostMs ?? 0,
    last: lastOf(last),
  };
}

/** What is wrong with a document, and nothing for a good one. */
export function problemsOf(parsed: ParsedDocument): DocumentProblemView[] {
  return parsed.ok ? [] : parsed.problems;
}

const NOTHING = { pattern: null, tags: [], description: '', faults: [], variants: [] };

function wordsOf({ title, pattern, tags, description, method, variants }: Experiment) {
  return {
    ...{ title, pattern, tags, description },
    faults: [...new Set(kindsIn(method))],
    variants: variants.map(({ name, expect }) => ({ name, expect })),
  };
}

function kindsIn(steps: readonly Step[]): string[] {
  return steps.flatMap((step) => {
    if (step.kind === 'inject') return [step.fault.kind];
    if (step.kind === 'parallel') return step.branches.flatMap(kindsIn);
    return step.kind === 'sequence' ? kindsIn(step.steps) : [];
  });
}

function lastOf(run: RunSummary | undefined): ExperimentSummary['last'] {
  if (!run?.outcome || run.endedAt === null) return null;
  const { id, endedAt, outcome } = run;
  const variants = run.variants.flatMap(({ name, expect, verdict, asClaimed }) =>
    verdict === null || asClaimed === null ? [] : [{ name, expect, verdict, asClaimed }],
  );
  return { runId: id, endedAt, outcome, variants };
}
