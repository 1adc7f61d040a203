'use client';
import type { Run, StartRun } from '@faultline/server/contract';
import { actions } from '@/lib/actions.ts';
import { useFleet } from '@/lib/queries.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useAction } from '@/lib/use-action.ts';
import { runWords, type RunChoice } from './commands.ts';
import { openRun } from './places.ts';

/** The action that runs an experiment of the library. */
export function startAction(experiment: string, { variants, seed }: RunChoice) {
  const start: StartRun = {
    experiment,
    ...(variants.length === 0 ? {} : { variants: [...variants] }),
    ...(seed === null ? {} : { seed }),
  };
  return actions.startRun(start, runWords(experiment, { variants, seed }));
}

/** Starts runs and shows them; `refused` says why none can be started now. */
export function useStartRun() {
  const { run, busy, error } = useAction<Run>();
  const fleet = useFleet().data;
  const words = (what: string) => ({
    failed: `Could not run ${what}`,
    invalidate: [queryKeys.runs()],
    done: (started: Run) => {
      openRun(started.id);
      return {
        tone: 'fault' as const,
        text:
          started.state === 'queued'
            ? `${started.title}: number ${started.position} in the queue`
            : `${started.title}: running`,
      };
    },
  });
  return {
    busy,
    error,
    refused:
      fleet !== undefined && fleet.state !== 'ready'
        ? `The fleet is ${fleet.state}: wait or launch it`
        : null,
    start: (experiment: string, choice: RunChoice = { variants: [], seed: null }) =>
      run(startAction(experiment, choice), words(experiment)),
    /** A document as it stands; `seed` in place of its own. */
    startDocument: (document: string, seed?: number) =>
      run(
        actions.startRun({ document, ...(seed === undefined ? {} : { seed }) }, null),
        words('this document'),
      ),
  };
}
