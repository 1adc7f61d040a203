'use client';
import type { Invariants } from '@faultline/server/contract';
import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleX } from 'lucide-react';
import Link from 'next/link';
import { Button } from '@/components/button.tsx';
import { RelativeTime } from '@/components/relative-time.tsx';
import { ErrorState, SkeletonRows } from '@/components/states.tsx';
import { getJson } from '@/lib/api.ts';
import { plural } from '@/lib/format.ts';
import { usePolling } from '@/lib/live.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { usePageHref } from '@/lib/url-state.ts';

/** The check reads every service's own data: often enough to watch, seldom enough not to matter. */
const CHECK_EVERY_MS = 15_000;
const VIOLATIONS_SHOWN = 50;

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
      <div className="mx-auto max-w-260 p-3.5">
        <header className="flex flex-wrap items-center gap-3 pb-3">
          <p className="min-w-0 flex-1 basis-80 text-muted">
            Counted in the services&apos; own databases, whatever telemetry says: a wrong answer
            with status 200 is found here.
          </p>
          {data && (
            <span className="text-muted">
              checked <RelativeTime at={data.checkedAt} />
            </span>
          )}
          <Button busy={answer.isFetching} onClick={() => void answer.refetch()}>
            Check now
          </Button>
        </header>
        {answer.isPending && <SkeletonRows rows={5} />}
        {answer.isError && !data && (
          <ErrorState
            what="The invariants could not be checked"
            error={answer.error}
            onRetry={() => void answer.refetch()}
          />
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

function Invariant({ invariant }: { invariant: Invariants['invariants'][number] }) {
  const { name, title, holds, evidence, violations } = invariant;
  const href = usePageHref();
  return (
    <li
      data-testid={`invariant-${name}`}
      className="border-b border-line px-4 py-3 last:border-b-0"
    >
      <div className="grid grid-cols-[15px_minmax(0,1fr)] items-baseline gap-x-3 gap-y-1 md:grid-cols-[15px_14rem_minmax(0,1fr)]">
        {holds ? (
          <CircleCheck size={15} className="translate-y-0.5 text-ok" aria-label="holds" />
        ) : (
          <CircleX size={15} className="translate-y-0.5 text-bad" aria-label="broken" />
        )}
        <h2 className="font-semibold text-strong">{title}</h2>
        <p className={`font-mono text-sm max-md:col-start-2 ${holds ? 'text-ok' : 'text-bad'}`}>
          {evidence}
        </p>
      </div>
      {violations.length > 0 && (
        <ul className="mt-2 ml-7 border-l border-line pl-3">
          {violations.slice(0, VIOLATIONS_SHOWN).map(({ subject, detail, traceId }) => (
            <li key={`${subject} ${detail}`} className="flex flex-wrap gap-x-3 py-0.5">
              <span className="font-mono text-sm text-strong">{subject}</span>
              <span className="min-w-0 flex-1 text-muted">{detail}</span>
              {traceId !== undefined && (
                <Link
                  className="text-accent hover:underline"
                  href={href('/traces', { trace: traceId })}
                >
                  trace
                </Link>
              )}
            </li>
          ))}
          {violations.length > VIOLATIONS_SHOWN && (
            <li className="text-muted">
              and {plural(violations.length - VIOLATIONS_SHOWN, 'more', 'more')}
            </li>
          )}
        </ul>
      )}
    </li>
  );
}
