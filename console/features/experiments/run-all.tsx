'use client';
import type { ExperimentSummary, Run } from '@faultline/server/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button } from '@/components/button.tsx';
import { perform } from '@/lib/actions.ts';
import { formatMinutes, plural } from '@/lib/format.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { toast, toastFailure } from '@/lib/toasts.ts';
import { openHistory } from './places.ts';
import { startAction, useStartRun } from './use-start-run.ts';

/** Queues every experiment that is shown; they run one after the other. */
export function RunAll({ experiments }: { experiments: readonly ExperimentSummary[] }) {
  const client = useQueryClient();
  const { refused } = useStartRun();
  const sound = experiments.filter(({ valid }) => valid);
  const usualMs = sound.reduce((sum, { aboutMs }) => sum + aboutMs, 0);
  const all = useMutation({
    mutationFn: async () => {
      for (const { name } of sound) {
        await perform<Run>(startAction(name, { variants: [], seed: null }));
      }
    },
    onSuccess: () => {
      toast({ tone: 'fault', text: `${plural(sound.length, 'run')} in the queue` });
      openHistory();
    },
    onError: (error) => toastFailure('Could not queue all of them', error),
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.runs() }),
  });
  return (
    <Button
      busy={all.isPending}
      disabled={sound.length === 0 || refused !== null}
      title={
        refused ??
        `${plural(sound.length, 'experiment')}, one after the other, about ${formatMinutes(usualMs)}`
      }
      onClick={() => all.mutate()}
      data-testid="run-all"
    >
      Run all shown
    </Button>
  );
}
