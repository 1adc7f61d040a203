'use client';
import type { Run, VariantView } from '@faultline/server/contract';
import { Pencil, RotateCcw } from 'lucide-react';
import { Button } from '@/components/button.tsx';
import { Chip } from '@/components/chip.tsx';
import { RelativeTime } from '@/components/relative-time.tsx';
import { ErrorState, Skeleton } from '@/components/states.tsx';
import { formatDuration } from '@/lib/format.ts';
import { optional } from '@/lib/url-codec.ts';
import { useUrlState } from '@/lib/url-state.ts';
import { CheckCharts } from './check-charts.tsx';
import { DifferenceTable } from './difference-table.tsx';
import { useRun } from './experiment-queries.ts';
import { ExportMenu } from './export-menu.tsx';
import { PageHeader, Part } from './page-header.tsx';
import { openEditor, openExperiment, openLibrary } from './places.ts';
import { RunAside } from './run-aside.tsx';
import { RunNotes } from './run-notes.tsx';
import { currentVariant } from './run-progress.ts';
import { RunStatus } from './run-status.tsx';
import { SoakSchedule } from './soak-schedule.tsx';
import { SweepCharts } from './sweep-chart.tsx';
import { sweepRows } from './sweep-rows.ts';
import { useStartRun } from './use-start-run.ts';
import { VariantCards } from './variant-cards.tsx';
import { VerdictBanner } from './verdict-banner.tsx';

/** One run: while it lasts its plan and live probes, then its result. */
export function RunPage({ id }: { id: string }) {
  const answer = useRun(id);
  const [chosen, setChosen] = useUrlState('variant', optional);
  const run = answer.data;
  if (answer.isError && !run) {
    return (
      <ErrorState
        what="The run could not be loaded"
        error={answer.error}
        onRetry={() => void answer.refetch()}
      />
    );
  }
  if (!run) return <RunSkeleton />;
  const shown = run.variants.find(({ name }) => name === chosen) ?? currentVariant(run);
  return (
    <div
      className="flex h-full min-h-0 max-lg:flex-col max-lg:overflow-auto"
      data-testid="run"
      data-state={run.state}
    >
      <div className="min-w-0 flex-1 px-4 py-4 md:px-5 lg:overflow-auto">
        <RunHeader run={run} />
        {run.state === 'ended' ? (
          <VerdictBanner run={run} />
        ) : (
          <RunStatus run={run} lost={answer.lost} />
        )}
        <RunNotes run={run} />
        <RunBody run={run} shown={shown} onShow={setChosen} />
      </div>
      <RunAside run={run} shown={shown} onShow={setChosen} />
    </div>
  );
}

function RunBody({
  run,
  shown,
  onShow,
}: {
  run: Run;
  shown: VariantView | undefined;
  onShow: (name: string) => void;
}) {
  const sweep = sweepRows(run.variants);
  return (
    <>
      {sweep && sweep.lines.length > 0 && (
        <div className="mb-4">
          <SweepCharts sweep={sweep} />
        </div>
      )}
      {(run.variants.length > 1 || run.state === 'ended') && (
        <VariantCards run={run} shown={shown} onShow={onShow} />
      )}
      {run.runKind === 'soak' && shown && <SoakSchedule variant={shown} />}
      <CheckCharts run={run} shown={shown} />
      {run.differences.length > 0 && run.runKind === 'experiment' && (
        <Part title="What differed" aside="the largest difference first" testId="differences">
          <DifferenceTable
            differences={run.differences}
            columns={run.variants.map(({ name }) => name)}
          />
        </Part>
      )}
      {run.lookAt.length > 0 && (
        <Part title="What to look at">
          <ul className="list-disc pl-5 text-normal marker:text-faint">
            {run.lookAt.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </Part>
      )}
      {run.description !== '' && (
        <Part title="Why">
          <p className="max-w-[80ch] text-normal">{run.description}</p>
        </Part>
      )}
    </>
  );
}

function RunHeader({ run }: { run: Run }) {
  const { id, experiment, title, pattern, seed, startedAt, endedAt, requestedBy, runKind } = run;
  const { startDocument, busy, refused } = useStartRun();
  const isSoak = runKind === 'soak';
  return (
    <PageHeader
      title={title}
      back={isSoak ? 'All experiments' : 'The experiment'}
      onBack={isSoak ? openLibrary : () => openExperiment(experiment)}
      above={
        <>
          <span className="font-mono text-sm">{experiment}</span>
          {pattern !== null && <Chip className="h-5.5! px-2! text-sm">{pattern}</Chip>}
        </>
      }
      below={
        <p className="mt-1 text-sm text-faint">
          seed {seed} · by {requestedBy}
          {startedAt !== null &&
            endedAt !== null &&
            ` · took ${formatDuration(endedAt - startedAt)}`}
          {' · '}
          {endedAt !== null ? (
            <RelativeTime at={endedAt} />
          ) : (
            <span className="font-mono">{id}</span>
          )}
        </p>
      }
    >
      {run.state === 'ended' && !isSoak && (
        <Button
          icon={<RotateCcw size={13} aria-hidden />}
          busy={busy}
          disabled={refused !== null}
          title={refused ?? 'The same document with the same seed'}
          onClick={() => startDocument(run.document, seed)}
          data-testid="run-again"
        >
          Run again
        </Button>
      )}
      {!isSoak && (
        <Button icon={<Pencil size={13} aria-hidden />} onClick={() => openEditor({ run: id })}>
          Edit a copy
        </Button>
      )}
      {run.state === 'ended' && <ExportMenu id={id} />}
    </PageHeader>
  );
}

function RunSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="px-5 py-4">
      <Skeleton className="mb-4 h-14 w-120 max-w-full" />
      <div className="grid gap-3 md:grid-cols-2">
        {[0, 1].map((each) => (
          <Skeleton key={each} className="h-24" />
        ))}
      </div>
      <div className="mt-3 grid gap-3 xl:grid-cols-2">
        {[0, 1, 2, 3].map((each) => (
          <Skeleton key={each} className="h-52" />
        ))}
      </div>
    </div>
  );
}
