import type { Run } from '@faultline/server/contract';
import { replaceEqualDeep } from '@tanstack/react-query';
import { getJson } from '../../lib/api.ts';
import { queryKeys } from '../../lib/query-keys.ts';

/** How one run is asked for. What became of it comes over its own stream. */
export function runQuery(id: string) {
  return {
    queryKey: queryKeys.run(id),
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      getJson<Run>(`/runs/${encodeURIComponent(id)}`, {}, signal),
    staleTime: Infinity,
    structuralSharing: (before: unknown, after: unknown) =>
      replaceEqualDeep(before, laterOf(before as Run | undefined, after as Run)),
  };
}

/** An answer that was on its way when the run ended is older than the end, which came by the stream. */
function laterOf(before: Run | undefined, after: Run): Run {
  return before?.state === 'ended' && after.state !== 'ended' ? before : after;
}
