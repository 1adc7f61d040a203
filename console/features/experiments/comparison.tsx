'use client';
import type { Run } from '@faultline/server/contract';
import { useQueries } from '@tanstack/react-query';
import { RelativeTime } from '@/components/relative-time.tsx';
import { ErrorState, SkeletonRows } from '@/components/states.tsx';
import { Select } from '@/features/faults/fault-fields.tsx';
import { formatDuration } from '@/lib/format.ts';
import { text } from '@/lib/url-codec.ts';
import { useUrlState } from '@/lib/url-state.ts';
import { CheckCharts } from './check-charts.tsx';
import { asVariants, runLabels, sharedVariants } from './compared-runs.ts';
import { DifferenceTable } from './difference-table.tsx';
import { useComparison } from './experiment-queries.ts';
import { PageHeader, Part } from './page-header.tsx';
import { openHistory, openRun } from './places.ts';
import { runQuery } from './run-query.ts';
import { variantLine, variantName } from './variant-words.ts';
import { ClaimMark } from './verdict-mark.tsx';

/** Two to four ended runs beside each other: their results, their curves, in what they differ. */
export function Comparison({ ids }: { ids: readonly string[] }) {
  const answers = useQueries({ queries: ids.map(runQuery) });
  const failed = answers.find(({ error, data }) => error !== null && data === undefined);
  const runs = answers.flatMap(({ data }) => (data === undefined ? [] : [data]));
  return (
    <div className="h-full overflow-auto px-4 py-4 md:px-5" data-testid="comparison">
      <PageHeader
        title={`${ids.length} runs beside each other`}
        back="Past runs"
        onBack={() => openHistory()}
      />
      {failed ? (
        <ErrorState
          what="A run could not be loaded"
          error={failed.error}
          onRetry={() => void failed.refetch()}
        />
      ) : runs.length < ids.length ? (
        <SkeletonRows rows={8} />
      ) : (
        <Compared runs={runs} ids={ids} />
      )}
    </div>
  );
}

function Compared({ runs, ids }: { runs: readonly Run[]; ids: readonly string[] }) {
  const [chosen, setChosen] = useUrlState('variant', text);
  const names = sharedVariants(runs);
  const variant = names.includes(chosen) ? chosen : (names[0] ?? '');
  const variants = asVariants(runs, variant);
  const labels = runLabels(runs);
  const differences = useComparison(ids);
  return (
    <>
      <ul className="mb-4 grid gap-3 md:grid-cols-2 xl:grid-cols-4">
        {runs.map((run, index) => (
          <li
            key={run.id}
            className="min-w-0 border-l-3 pl-3"
            style={{ borderColor: variantLine(index).colour }}
          >
            <button
              type="button"
              onClick={() => openRun(run.id)}
              className="block max-w-full truncate font-semibold text-strong hover:underline"
            >
              {labels[index]}
            </button>
            <p className="truncate text-muted">{run.title}</p>
            <p className="flex flex-wrap gap-x-2 text-sm text-faint">
              {run.outcome && <ClaimMark {...run.outcome} />}
              <span>seed {run.seed}</span>
              {run.startedAt !== null && run.endedAt !== null && (
                <span>{formatDuration(run.endedAt - run.startedAt)}</span>
              )}
              <RelativeTime at={run.endedAt ?? run.queuedAt} />
            </p>
          </li>
        ))}
      </ul>
      {names.length > 1 && (
        <label className="mb-3 flex items-center gap-2 text-muted">
          Variant
          <Select
            label="Variant"
            value={variant}
            choices={names.map((value) => ({ value, title: variantName(value) }))}
            onChange={setChosen}
          />
        </label>
      )}
      <CheckCharts run={{ variants }} shown={variants[0]} />
      <Part title="What differed" aside="the largest difference first">
        {differences.isError ? (
          <ErrorState
            what="The differences could not be loaded"
            error={differences.error}
            onRetry={() => void differences.refetch()}
          />
        ) : differences.data ? (
          <DifferenceTable differences={differences.data} columns={labels} />
        ) : (
          <SkeletonRows rows={4} />
        )}
      </Part>
    </>
  );
}
