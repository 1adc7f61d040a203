'use client';
import type { RunSummary } from '@faultline/server/contract';
import { History as HistoryIcon } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/button.tsx';
import { LiveList } from '@/components/live-list.tsx';
import { RelativeTime } from '@/components/relative-time.tsx';
import { EmptyState } from '@/components/states.tsx';
import { Table, type Column } from '@/components/table.tsx';
import { formatDuration, plural } from '@/lib/format.ts';
import { useHeldRows } from '@/lib/held-rows.ts';
import { useRuns } from '@/lib/queries.ts';
import { list, optional } from '@/lib/url-codec.ts';
import { useUrlState } from '@/lib/url-state.ts';
import { useKeys } from '@/lib/use-keys.ts';
import { PageHeader } from './page-header.tsx';
import { openComparison, openExperiment, openHistory, openLibrary, openRun } from './places.ts';
import { resultWords } from './variant-words.ts';
import { ClaimMark, VerdictMark } from './verdict-mark.tsx';

const MOST = 4;

/** Past runs; two to four of them can be chosen and compared. */
export function History() {
  const [of] = useUrlState('of', optional);
  const [at, setAt] = useUrlState('at', optional);
  const [chosen, setChosen] = useUrlState('chosen', list);
  const [over, setOver] = useState(false);
  const runs = useRuns({ experiment: of, limit: 200 });
  const held = useHeldRows(runs.data ?? [], (run) => run.id, over, of ?? '');
  // A row that is held back in its place still tells how its run stands now.
  const newest = new Map((runs.data ?? []).map((run) => [run.id, run]));
  const rows = held.rows.map((run) => newest.get(run.id) ?? run);
  const toggle = (id: string) =>
    setChosen(
      chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id].slice(-MOST),
    );
  useKeys([
    {
      keys: 'x',
      label: 'Choose the run for comparing',
      group: 'This page',
      run: () => at !== null && toggle(at),
    },
    {
      keys: 'c',
      label: 'Compare the chosen runs',
      group: 'This page',
      run: () => chosen.length > 1 && openComparison(chosen),
    },
  ]);
  return (
    <div className="flex h-full flex-col">
      <div className="px-4 pt-4 md:px-5">
        <PageHeader
          title="Past runs"
          back={of === null ? 'All experiments' : 'The experiment'}
          onBack={() => (of === null ? openLibrary() : openExperiment(of))}
        >
          {of !== null && (
            <Button onClick={() => openHistory()} title="Show the runs of every experiment">
              {of} ✕
            </Button>
          )}
          <Button
            tone={chosen.length > 1 ? 'accent' : 'plain'}
            disabled={chosen.length < 2}
            onClick={() => openComparison(chosen)}
            data-testid="compare-runs"
          >
            {chosen.length < 2 ? 'Choose two to four to compare' : `Compare ${chosen.length}`}
          </Button>
        </PageHeader>
      </div>
      <LiveList answer={runs} held={held} failed="The runs could not be loaded" onOver={setOver}>
        <Table
          label="Runs, newest first"
          columns={columnsFor(chosen, toggle)}
          rows={rows}
          rowKey={(run) => run.id}
          selected={at}
          onSelect={(run) => (run.id === at ? openRun(run.id) : setAt(run.id))}
          onOpen={(run) => openRun(run.id)}
          empty={
            <EmptyState icon={<HistoryIcon size={22} />} title="Nothing was run yet">
              Every run leaves its journal and its result here, also those of the command line.
            </EmptyState>
          }
        />
      </LiveList>
    </div>
  );
}

function columnsFor(chosen: readonly string[], toggle: (id: string) => void): Column<RunSummary>[] {
  return [
    {
      key: 'chosen',
      title: '',
      width: '1%',
      render: (run) => (
        <input
          type="checkbox"
          aria-label={`Compare ${run.id}`}
          checked={chosen.includes(run.id)}
          disabled={run.state !== 'ended'}
          onClick={(event) => event.stopPropagation()}
          onChange={() => toggle(run.id)}
          className="align-middle accent-[var(--accent)]"
        />
      ),
    },
    {
      key: 'title',
      title: 'Claim',
      render: (run) => (
        <button
          type="button"
          onClick={(event) => {
            event.stopPropagation();
            openRun(run.id);
          }}
          className="block max-w-[56ch] truncate text-left text-strong hover:underline max-md:max-w-[20ch]"
          title={run.experiment}
        >
          {run.title}
        </button>
      ),
    },
    { key: 'result', title: 'Result', width: '1%', render: (run) => <Result run={run} /> },
    {
      key: 'variants',
      title: 'Variants',
      width: '1%',
      wide: true,
      render: (run) => (
        <span className="flex gap-1">
          {run.variants.map(({ name, ...result }) => (
            <span key={name} title={`${name}: ${resultWords(result)}`}>
              <VerdictMark verdict={result.verdict} />
            </span>
          ))}
        </span>
      ),
    },
    {
      key: 'seed',
      title: 'Seed',
      align: 'right',
      width: '1%',
      wide: true,
      render: (run) => <span className="text-muted">{run.seed}</span>,
    },
    { key: 'by', title: 'By', width: '1%', wide: true, render: (run) => run.requestedBy },
    {
      key: 'took',
      title: 'Took',
      align: 'right',
      width: '1%',
      wide: true,
      render: (run) =>
        run.startedAt !== null &&
        run.endedAt !== null &&
        formatDuration(run.endedAt - run.startedAt),
    },
    {
      key: 'when',
      title: 'When',
      align: 'right',
      width: '92px',
      render: (run) => (
        <RelativeTime at={run.endedAt ?? run.startedAt ?? run.queuedAt} className="text-muted" />
      ),
    },
  ];
}

function Result({ run }: { run: RunSummary }) {
  if (run.outcome) return <ClaimMark {...run.outcome} />;
  if (run.state === 'running') return <span className="text-accent">Running</span>;
  return <span className="text-muted">{plural(run.position, 'place')} in the queue</span>;
}
