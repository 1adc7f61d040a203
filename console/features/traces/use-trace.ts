'use client';
import type { LogPage, Trace } from '@faultline/collector/contract';
import type { Mark } from '@faultline/server/contract';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { getJson } from '@/lib/api.ts';
import { useMarks } from '@/lib/queries.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { criticalPath, type CriticalSegment } from './critical-path.ts';
import { answerStatus, buildTree, mainRoot, type SpanTree } from './tree.ts';
import { firstView, type Viewport } from './viewport.ts';

/** A trace with what was computed from it. */
export interface TraceModel {
  trace: Trace;
  tree: SpanTree;
  path: readonly CriticalSegment[];
  /** What the caller was answered; null when no span says so. */
  status: number | null;
  /** The stretch of time that is shown first. */
  first: Viewport;
  /** Spans that began after it. */
  laterSpans: number;
}

/** While spans may still arrive the trace is asked for again; milliseconds. */
const YOUNG_MS = 10_000;
const POLL_MS = 1000;

/** Loads one trace; a young one is loaded again until it has settled. */
export function useTrace(traceId: string) {
  const answer = useQuery({
    queryKey: queryKeys.trace(traceId),
    queryFn: ({ signal }) => getJson<Trace>(`/traces/${encodeURIComponent(traceId)}`, {}, signal),
    refetchInterval: ({ state }) =>
      state.data && Date.now() - state.data.startedAt - state.data.durationMs < YOUNG_MS
        ? POLL_MS
        : false,
    // Comparing 50,000 spans one by one costs more than the answer: equal counts say enough.
    structuralSharing: (before, after) => (sameSpans(before, after) ? before : after),
  });
  const trace = answer.data;
  const model = useMemo((): TraceModel | undefined => {
    if (!trace) return undefined;
    const tree = buildTree(trace.spans);
    const first = firstView(mainRoot(tree), tree.durationMs);
    return {
      trace,
      tree,
      path: criticalPath(tree),
      status: answerStatus(tree),
      first,
      laterSpans: trace.spans.filter((span) => span.startedAt - tree.startedAt > first.toMs).length,
    };
  }, [trace]);
  return { ...answer, model };
}

function sameSpans(before: unknown, after: unknown): boolean {
  const [a, b] = [before as Trace | undefined, after as Trace];
  return a !== undefined && a.spans.length === b.spans.length && a.durationMs === b.durationMs;
}

/** Faults that were active while the trace ran, those on its lines first. */
export function useTraceFaults({ startedAt, durationMs, spans }: Trace): readonly Mark[] {
  const range = { from: Math.floor(startedAt), to: Math.ceil(startedAt + durationMs) };
  const marks = useMarks(range).data;
  return useMemo(() => {
    const links = new Set(spans.map((span) => span.link));
    const touches = (mark: Mark): boolean => mark.links.some((link) => links.has(link));
    return (marks ?? [])
      .filter((mark) => mark.kind === 'fault')
      .sort((a, b) => Number(touches(b)) - Number(touches(a)));
  }, [marks, spans]);
}

/** Everything that was logged in a trace, oldest first. */
export function useTraceLogs(traceId: string) {
  const query = { traceId, order: 'oldest', limit: 500 };
  return useQuery({
    queryKey: queryKeys.logs(query),
    queryFn: async ({ signal }) => (await getJson<LogPage>('/logs', query, signal)).logs,
    staleTime: POLL_MS,
  });
}
