'use client';
import type { RunSummary } from '@faultline/server/contract';
import { Button } from '@/components/button.tsx';
import { RelativeTime } from '@/components/relative-time.tsx';
import { ErrorState, SkeletonRows } from '@/components/states.tsx';
import { formatAbsolute, formatDuration, plural } from '@/lib/format.ts';
import { useRuns } from '@/lib/queries.ts';
import { openHistory, openRun } from './places.ts';
import { trendOf } from './trend.ts';
import { resultWords } from './variant-words.ts';
import { ClaimMark, VerdictMark } from './verdict-mark.tsx';

const SHOWN = 6;

/** How an experiment went before: a mark a run and variant, oldest first, and the newest runs. */
export function PastRuns({ experiment }: { experiment: string }) {
  const runs = useRuns({ experiment, limit: 50 });
  if (runs.isError && !runs.data) {
    return (
      <ErrorState
        what="The past runs could not be loaded"
        error={runs.error}
        onRetry={() => void runs.refetch()}
      />
    );
  }
  if (!runs.data) return <SkeletonRows rows={3} />;
  if (runs.data.length === 0) {
    return <p className="text-muted">Never run. Its results will be listed here.</p>;
  }
  return (
    <>
      <Trend runs={runs.data} />
      <ul className="mt-2">
        {runs.data.slice(0, SHOWN).map((run) => (
          <li key={run.id}>
            <button
              type="button"
              onClick={() => openRun(run.id)}
              className="flex w-full flex-wrap items-center gap-x-3 border-t border-line py-1.5 text-left hover:bg-hover"
            >
              {run.outcome ? (
                <ClaimMark {...run.outcome} />
              ) : (
                <span className="text-accent">
                  {run.state === 'queued' ? 'Waiting' : 'Running'}
                </span>
              )}
              <span className="text-sm text-faint tabular-nums">seed {run.seed}</span>
              <span className="flex-1" />
              <span className="text-sm text-muted tabular-nums">
                {run.startedAt !== null &&
                  run.endedAt !== null &&
                  formatDuration(run.endedAt - run.startedAt)}
              </span>
              <RelativeTime
                at={run.endedAt ?? run.queuedAt}
                className="w-20 text-right text-sm text-faint"
              />
            </button>
          </li>
        ))}
      </ul>
      {runs.data.length > 1 && (
        <Button size="small" className="mt-2" onClick={() => openHistory(experiment)}>
          All runs, compare
        </Button>
      )}
    </>
  );
}

function Trend({ runs }: { runs: readonly RunSummary[] }) {
  const trend = trendOf(runs);
  if (trend.length === 0) return null;
  const ended = runs.filter(({ state }) => state === 'ended');
  const claimed = ended.filter(({ outcome }) => outcome?.asClaimed === true).length;
  return (
    <div data-testid="trend">
      <p className="mb-1 text-muted tabular-nums">
        {claimed} of {plural(ended.length, 'run')} as claimed
      </p>
      {trend.map(({ variant, results }) => (
        <p key={variant} className="flex items-center gap-2">
          <span className="w-36 truncate text-sm text-faint">{variant}</span>
          <span className="flex flex-wrap gap-0.5">
            {results.map(({ runId, at, result }) => (
              <button
                key={runId}
                type="button"
                title={`${formatAbsolute(at)}: ${resultWords(result)}`}
                aria-label={`${formatAbsolute(at)}: ${resultWords(result)}`}
                onClick={() => openRun(runId)}
                className="rounded-full hover:bg-hover"
              >
                <VerdictMark verdict={result.verdict} size={13} />
              </button>
            ))}
          </span>
        </p>
      ))}
    </div>
  );
}
