import type { EntryOf, QueuedRun, RunView } from '@faultline/scenarios/journal';
import { runSummarySchema, type RunSummary } from '../contract/index.ts';
import { VERSION } from '../version.ts';

/** A run as lists and the live stream show it. */
export function summaryOf(view: RunView): RunSummary {
  const variants = view.variants.map(({ name, expect, outcome }) => ({
    ...{ name, expect },
    verdict: outcome?.verdict ?? null,
    asClaimed: outcome?.asClaimed ?? null,
  }));
  return runSummarySchema.parse({ ...view, variants });
}

/** How the journal of a run begins when nobody else has begun it. */
export function headEntry(run: QueuedRun, at: number): Omit<EntryOf<'run-started'>, 'seq'> {
  const { id, runKind, document, description, pattern, lookAt, runbook, tags, plan } = run;
  const { requestedBy, runtime } = run;
  return {
    ...{ at, variant: null, kind: 'run-started', runId: id, version: VERSION },
    ...{ runKind, document, description, pattern, lookAt, runbook, tags, plan },
    ...{ requestedBy, runtime },
  };
}
