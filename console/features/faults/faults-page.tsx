'use client';
import type { Fault, Mark } from '@faultline/server/contract';
import { ShieldCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Chip } from '@/components/chip.tsx';
import { CopyAs } from '@/components/copy-as.tsx';
import { PageWithPanel, Panel, Section } from '@/components/panel.tsx';
import { RelativeTime, useServerNow } from '@/components/relative-time.tsx';
import { EmptyState, ErrorState, SkeletonRows } from '@/components/states.tsx';
import { Table, type Column } from '@/components/table.tsx';
import { actions } from '@/lib/actions.ts';
import { getJson } from '@/lib/api.ts';
import { formatAbsolute, formatDuration, formatLink, formatTime, plural } from '@/lib/format.ts';
import { useFaults, useLiveMarks } from '@/lib/queries.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { mergeMarks } from '@/lib/stream-reducer.ts';
import { optional } from '@/lib/url-codec.ts';
import { useUrlState } from '@/lib/url-state.ts';
import { usePolling } from '@/lib/live.ts';
import { FaultButtons, FaultCountdown } from './active-fault.tsx';
import { AddFault } from './add-fault.tsx';
import { SaveAsExperiment } from '../experiments/save-as-experiment.tsx';

/** What we broke: active leases, the way to add one, and everything before. */
export function FaultsPage() {
  const faults = useFaults();
  const [chosen, setChosen] = useUrlState('fault', optional);
  const fault = faults.data?.faults.find((candidate) => candidate.id === chosen);
  return (
    <PageWithPanel
      panel={
        fault ? (
          <FaultPanel fault={fault} onClose={() => setChosen(null)} />
        ) : (
          <aside
            aria-label="Add a fault"
            className="min-h-0 overflow-auto border-line bg-raised max-md:hidden md:w-[372px] md:shrink-0 md:border-l"
          >
            <AddFault />
          </aside>
        )
      }
    >
      <div className="flex h-full flex-col overflow-auto">
        <Heading
          title="Active"
          aside={faults.data ? plural(faults.data.faults.length, 'fault') : ''}
        >
          <SaveAsExperiment faults={faults.data?.faults ?? []} />
        </Heading>
        {faults.error && !faults.data ? (
          <ErrorState
            what="The faults could not be loaded"
            error={faults.error}
            onRetry={() => void faults.refetch()}
          />
        ) : faults.data ? (
          <Active
            faults={faults.data.faults}
            latched={faults.data.latched}
            chosen={chosen}
            onChoose={setChosen}
          />
        ) : (
          <SkeletonRows rows={3} />
        )}
        <div className="md:hidden">
          <AddFault />
        </div>
        <Heading title="Before" aside="last hour" />
        <History active={faults.data?.faults ?? []} />
      </div>
    </PageWithPanel>
  );
}

function Heading({
  title,
  aside,
  children,
}: {
  title: string;
  aside: string;
  children?: ReactNode;
}) {
  return (
    <div className="flex items-center justify-between gap-2 px-3.5 pt-3.5 pb-1.5">
      <h2 className="flex items-baseline gap-2 font-semibold text-strong">
        {title} <span className="font-normal text-faint">{aside}</span>
      </h2>
      {children}
    </div>
  );
}

const ACTIVE_COLUMNS: readonly Column<Fault>[] = [
  {
    key: 'what',
    title: 'What',
    render: (fault) => (
      <b className="inline-block font-semibold text-strong first-letter:uppercase">
        {fault.summary}
      </b>
    ),
  },
  {
    key: 'hits',
    title: 'Hits',
    render: (fault) => <span className="text-fault">{formatLink(fault.target.selector)}</span>,
  },
  {
    key: 'owner',
    title: 'By',
    wide: true,
    render: (fault) => <span className="text-muted">{fault.owner}</span>,
  },
  {
    key: 'since',
    title: 'Since',
    wide: true,
    render: (fault) => <RelativeTime at={fault.appliedAt} className="text-muted" />,
  },
  {
    key: 'left',
    title: 'Left',
    align: 'right',
    width: '1%',
    render: (fault) => <FaultCountdown fault={fault} />,
  },
  {
    key: 'actions',
    title: '',
    align: 'right',
    width: '1%',
    render: (fault) => (
      <span onClick={(event) => event.stopPropagation()}>
        <FaultButtons fault={fault} />
      </span>
    ),
  },
];

function Active({
  faults,
  latched,
  chosen,
  onChoose,
}: {
  faults: readonly Fault[];
  latched: boolean;
  chosen: string | null;
  onChoose: (id: string) => void;
}) {
  return (
    <div className="flex shrink-0 flex-col">
      <Table
        label="Active faults"
        columns={ACTIVE_COLUMNS}
        rows={faults}
        rowKey={(fault) => fault.id}
        selected={chosen}
        onSelect={(fault) => onChoose(fault.id)}
        rowTone={(fault) => (fault.state === 'stuck' ? 'bad' : 'plain')}
        empty={
          <EmptyState
            icon={<ShieldCheck size={22} />}
            title={latched ? 'Stopped: nothing is broken, nothing can be' : 'Nothing is broken'}
          >
            {latched
              ? 'New faults are refused until you release the stop in the top bar.'
              : 'Add a fault here, or click a line on the map. Every fault ends by itself.'}
          </EmptyState>
        }
      />
    </div>
  );
}

function FaultPanel({ fault, onClose }: { fault: Fault; onClose: () => void }) {
  return (
    <Panel
      kind="Fault"
      title={fault.summary}
      aside={<FaultCountdown fault={fault} />}
      onClose={onClose}
    >
      <Section tone="fault">
        <div className="flex items-center justify-between gap-2">
          <span className="text-strong">{formatLink(fault.target.selector)}</span>
          <FaultButtons fault={fault} />
        </div>
        {fault.detail !== null && <p className="mt-2 text-warn">{fault.detail}</p>}
      </Section>
      <Section title="Hits">
        <div className="flex flex-wrap gap-1.5">
          {[...fault.target.links.map(formatLink), ...fault.target.instances].map((name) => (
            <Chip key={name} className="h-6!">
              {name}
            </Chip>
          ))}
        </div>
      </Section>
      <Section title="Lease">
        <dl className="grid grid-cols-[92px_1fr] gap-y-1.5">
          <dt className="text-muted">Kind</dt>
          <dd className="font-mono text-sm text-strong">{fault.kind}</dd>
          <dt className="text-muted">By</dt>
          <dd>{fault.owner}</dd>
          <dt className="text-muted">Applied</dt>
          <dd>{formatAbsolute(fault.appliedAt)}</dd>
          <dt className="text-muted">Ends</dt>
          <dd>{formatAbsolute(fault.expiresAt)}</dd>
        </dl>
      </Section>
      <Section title="As it was asked for">
        <dl className="mb-3 grid grid-cols-[92px_1fr] gap-y-1.5">
          {Object.entries(fault.spec).map(([field, value]) => (
            <div key={field} className="contents">
              <dt className="truncate text-muted">{field}</dt>
              <dd className="font-mono text-sm break-all text-strong">
                {typeof value === 'string' ? value : JSON.stringify(value)}
              </dd>
            </div>
          ))}
        </dl>
        <div className="flex flex-wrap items-center gap-2">
          <CopyAs action={actions.addFault({ ttlSeconds: 60, ...fault.spec, kind: fault.kind })} />
          <SaveAsExperiment faults={[fault]} />
        </div>
      </Section>
    </Panel>
  );
}

const HISTORY_MS = 60 * 60_000;

const HISTORY_COLUMNS: readonly Column<Mark>[] = [
  {
    key: 'at',
    title: 'From',
    width: '92px',
    render: (mark) => (
      <span className="text-muted" title={formatAbsolute(mark.at)}>
        {formatTime(mark.at)}
      </span>
    ),
  },
  {
    key: 'what',
    title: 'What',
    render: (mark) => <span className="text-strong">{mark.title}</span>,
  },
  {
    key: 'for',
    title: 'Lasted',
    align: 'right',
    render: (mark) => formatDuration((mark.until ?? mark.at) - mark.at),
  },
  {
    key: 'ago',
    title: 'Ended',
    align: 'right',
    wide: true,
    render: (mark) => <RelativeTime at={mark.until ?? mark.at} className="text-muted" />,
  },
];

function History({ active }: { active: readonly Fault[] }) {
  const now = useServerNow(60_000);
  const live = useLiveMarks();
  const stored = useQuery({
    queryKey: queryKeys.marks({ last: HISTORY_MS }),
    queryFn: async ({ signal }) =>
      (
        await getJson<{ marks: Mark[] }>(
          '/marks',
          { from: now - HISTORY_MS, to: now + HISTORY_MS },
          signal,
        )
      ).marks,
    refetchInterval: usePolling(30_000),
  });
  const ended = mergeMarks(stored.data ?? [], live)
    .filter((mark) => mark.kind === 'fault' && mark.until !== null && mark.until !== undefined)
    .filter((mark) => !active.some((fault) => fault.id === mark.id))
    .toReversed();
  if (stored.error && !stored.data) {
    return (
      <ErrorState
        what="The history could not be loaded"
        error={stored.error}
        onRetry={() => void stored.refetch()}
      />
    );
  }
  if (!stored.data) return <SkeletonRows rows={4} />;
  return (
    <Table
      label="Faults that ended"
      columns={HISTORY_COLUMNS}
      rows={ended}
      rowKey={(mark) => mark.id}
      empty={<p className="px-3.5 py-2 text-muted">No fault ended in the last hour.</p>}
    />
  );
}
