'use client';
import type {
  Difference,
  ExperimentSummary,
  ExperimentView,
  Validation,
} from '@faultline/server/contract';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { getJson, sendJson } from '@/lib/api.ts';
import { useLive } from '@/lib/live.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import type { JsonSchema } from './schema-completions.ts';
import { runQuery } from './run-query.ts';
import { watchRun } from './watch-run.ts';

/** The library, with what became of each experiment last. */
export function useExperiments() {
  return useQuery({
    queryKey: queryKeys.experiments,
    queryFn: async ({ signal }) =>
      (await getJson<{ experiments: ExperimentSummary[] }>('/experiments', {}, signal)).experiments,
  });
}

/** One experiment with its document, plan and runbook; null asks for nothing. */
export function useExperiment(name: string | null) {
  return useQuery({
    queryKey: queryKeys.experiment(name ?? ''),
    queryFn: ({ signal }) =>
      getJson<ExperimentView>(`/experiments/${encodeURIComponent(name ?? '')}`, {}, signal),
    enabled: name !== null,
  });
}

/** One run. While it waits or runs it is watched; `lost` when the connection to it is away. */
export function useRun(id: string | null) {
  const client = useQueryClient();
  const [lost, setLost] = useState(false);
  const { paused } = useLive();
  const answer = useQuery({ ...runQuery(id ?? ''), enabled: id !== null });
  const state = answer.data?.state;
  const follows = id !== null && state !== undefined && state !== 'ended' && !paused;
  useEffect(() => {
    if (!follows) return;
    const stop = watchRun(id, {
      run: (run) => client.setQueryData(queryKeys.run(id), run),
      connected: (connected) => setLost(!connected),
    });
    return () => {
      stop();
      setLost(false);
    };
  }, [client, follows, id]);
  return { ...answer, lost: lost && follows };
}

/** In what two to four ended runs differ, the largest difference first. */
export function useComparison(ids: readonly string[]) {
  return useQuery({
    queryKey: queryKeys.comparison(ids),
    queryFn: async ({ signal }) =>
      (await getJson<{ differences: Difference[] }>('/compare', { runs: ids.join(',') }, signal))
        .differences,
    enabled: ids.length > 1,
    staleTime: Infinity,
  });
}

/** JSON Schema of documents, for completion. */
export function useDocumentSchema() {
  return useQuery({
    queryKey: queryKeys.experimentSchema,
    queryFn: ({ signal }) => getJson<JsonSchema>('/experiments/schema', {}, signal),
    staleTime: Infinity,
  });
}

/** What is wrong with a text, and what running it would do; asked once the typing has paused. */
export function useValidation(document: string) {
  const settled = useSettled(document, TYPING_PAUSE_MS);
  return useQuery({
    queryKey: queryKeys.validation(settled),
    queryFn: () => sendJson<Validation>('POST', '/experiments/validate', { document: settled }),
    enabled: settled.trim() !== '',
    placeholderData: (previous) => previous,
    staleTime: 30_000,
    gcTime: 60_000,
  });
}
const TYPING_PAUSE_MS = 350;

function useSettled(value: string, pauseMs: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pauseMs);
    return () => clearTimeout(timer);
  }, [value, pauseMs]);
  return settled;
}
