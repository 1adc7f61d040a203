'use client';
import type { Invariants } from '@faultline/server/contract';
import { useQuery } from '@tanstack/react-query';
import { Button } from '@/components/button.tsx';
import { RelativeTime } from '@/components/relative-time.tsx';
import { EmptyState, ErrorState, SkeletonRows } from '@/components/states.tsx';
import { getJson } from '@/lib/api.ts';
import { usePolling } from '@/lib/live.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { CheckProgress } from './check-progress.tsx';
import { Invariant } from './invariant-row.tsx';

/** The check reads every service's own data: often enough to watch, seldom enough not to matter. */
const CHECK_EVERY_MS = 15_000;

/** What must add up, from the services' own data: never only from telemetry. */
export function InvariantsPage() {
  const answer = useQuery({
    queryKey: queryKeys.invariants,
    queryFn: ({ signal }) => getJson<Invariants>('/invariants', {}, signal),
    refetchInterval: usePolling(CHECK_EVERY_MS),
  });
  const { data } = answer;
  return (
    <div className="h-full overflow-auto">
      <div className="mx-auto max-w-280 p-3.5">
        <header className="flex flex-wrap items-center gap-x-3 gap-y-2 pb-3">
          <p className="min-w-0 flex-1 basis-80 text-muted">
            Counted in the services&apos; own databases, whatever telemetry says: a wrong answer
            with status 200 is found here.
          </p>
          {data && <Summary data={data} />}
          <Button busy={answer.isFetching} onClick={() => void answer.refetch()}>
            Check now
          </Button>
        </header>
        <CheckProgress isRunning={answer.isFetching} />
        {answer.isPending && <SkeletonRows rows={7} />}
        {answer.isError && !data && (
          <ErrorState
            what="The invariants could not be checked"
            error={answer.error}
            onRetry={() => void answer.refetch()}
          />
        )}
        {data?.invariants.length === 0 && (
          <EmptyState title="There is nothing to check">
            Rules are found in scenarios/src/invariants/rules; each becomes a row here.
          </EmptyState>
        )}
        <ul className="rounded-lg border border-line bg-raised empty:hidden">
          {data?.invariants.map((invariant) => (
            <Invariant key={invariant.name} invariant={invariant} />
          ))}
        </ul>
      </div>
    </div>
  );
}

function Summary({ data }: { data: Invariants }) {
  const good = data.invariants.filter(({ holds }) => holds).length;
  return (
    <span className="text-muted" data-testid="invariants-summary">
      <b className={`font-semibold ${data.holds ? 'text-ok' : 'text-bad'}`}>
        {good} of {data.invariants.length}
      </b>{' '}
      hold, checked <RelativeTime at={data.checkedAt} />
    </span>
  );
}
