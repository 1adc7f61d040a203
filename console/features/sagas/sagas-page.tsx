'use client';
import type { Saga, SagaPage } from '@faultline/collector/contract';
import { useQuery } from '@tanstack/react-query';
import { Workflow } from 'lucide-react';
import { useState } from 'react';
import { Badge } from '@/components/chip.tsx';
import { LiveList } from '@/components/live-list.tsx';
import { PageWithPanel } from '@/components/panel.tsx';
import { RelativeTime } from '@/components/relative-time.tsx';
import { SearchField } from '@/components/search-field.tsx';
import { EmptyState } from '@/components/states.tsx';
import { Table, type Column } from '@/components/table.tsx';
import { getJson } from '@/lib/api.ts';
import { formatDuration } from '@/lib/format.ts';
import { useHeldRows } from '@/lib/held-rows.ts';
import { usePolling } from '@/lib/live.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { choice, optional, text } from '@/lib/url-codec.ts';
import { useTimeRange, useUrlState } from '@/lib/url-state.ts';
import { Funnel } from './funnel.tsx';
import { SagaPanel } from './saga-panel.tsx';
import { SAGA_TONE, STYLE_MEANING, shortId } from './saga-words.ts';

const STATES = choice('all', 'running', 'compensating', 'completed', 'compensated', 'stuck');
const POLL_MS = 1500;
const PAGE_SIZE = 200;

/** What became of orders: a funnel of states, the sagas, and one of them as swim lanes. */
export function SagasPage() {
  const [state, setState] = useUrlState('state', STATES);
  const [q, setQ] = useUrlState('q', text);
  const [chosen, setChosen] = useUrlState('saga', optional, 'push');
  const [range] = useTimeRange();
  const query = { state: state === 'all' ? null : state, q, limit: PAGE_SIZE, ...range };
  const polling = usePolling(POLL_MS);
  const answer = useQuery({
    queryKey: queryKeys.sagas(query),
    queryFn: ({ signal }) => getJson<SagaPage>('/sagas', query, signal),
    refetchInterval: range ? false : polling,
    placeholderData: (previous) => previous,
  });
  const [over, setOver] = useState(false);
  const latest = answer.data?.sagas ?? [];
  const held = useHeldRows<Saga>(
    latest,
    (saga) => saga.id,
    over || chosen !== null,
    JSON.stringify(query),
  );
  // The place of a row is held, its contents are not: a running saga may end while one looks.
  const current = new Map(latest.map((saga) => [saga.id, saga]));
  const rows = held.rows.map((saga) => current.get(saga.id) ?? saga);
  return (
    <PageWithPanel
      panel={chosen === null ? null : <SagaPanel id={chosen} onClose={() => setChosen(null)} />}
    >
      <Funnel counts={answer.data?.counts} chosen={state} onChoose={setState} />
      <div className="flex items-center gap-2 border-b border-line px-3.5 py-2">
        <SearchField
          className="w-80 max-md:w-full"
          label="Search sagas"
          placeholder="Order, saga or trace id"
          value={q}
          onChange={setQ}
        />
      </div>
      <LiveList answer={answer} held={held} failed="The sagas could not be loaded" onOver={setOver}>
        <Table
          label="Sagas"
          columns={COLUMNS}
          rows={rows}
          rowKey={(saga) => saga.id}
          selected={chosen}
          onSelect={(saga) => setChosen(saga.id)}
          rowTone={(saga) => (saga.state === 'stuck' ? 'bad' : 'plain')}
          empty={<NoSagas filtered={state !== 'all' || q !== '' || range !== null} state={state} />}
        />
      </LiveList>
    </PageWithPanel>
  );
}

const COLUMNS: readonly Column<Saga>[] = [
  {
    key: 'order',
    title: 'Order',
    width: '130px',
    render: (saga) => (
      <span className="font-mono text-sm text-strong" title={saga.orderId}>
        {shortId(saga.orderId)}
      </span>
    ),
  },
  {
    key: 'state',
    title: 'State',
    width: '130px',
    render: (saga) => <Badge tone={SAGA_TONE[saga.state]}>{saga.state}</Badge>,
  },
  {
    key: 'style',
    title: 'Style',
    width: '120px',
    wide: true,
    render: (saga) => (
      <span className="text-muted" title={STYLE_MEANING[saga.style]}>
        {saga.style}
      </span>
    ),
  },
  { key: 'step', title: 'Last step', width: '140px', render: (saga) => saga.step },
  {
    key: 'waits',
    title: 'Waits for',
    width: '110px',
    render: (saga) => saga.waitingFor ?? '',
  },
  {
    key: 'reason',
    title: 'Why',
    width: '100%',
    wide: true,
    render: (saga) => (
      // Wants no width of its own: it takes what the other columns leave.
      <span className="block w-0 min-w-full truncate text-muted" title={saga.reason ?? ''}>
        {saga.reason ?? ''}
      </span>
    ),
  },
  {
    key: 'took',
    title: 'Took',
    align: 'right',
    width: '90px',
    render: (saga) => formatDuration((saga.endedAt ?? saga.updatedAt) - saga.startedAt),
  },
  {
    key: 'started',
    title: 'Started',
    align: 'right',
    wide: true,
    width: '96px',
    render: (saga) => <RelativeTime at={saga.startedAt} className="text-muted" />,
  },
];

function NoSagas({ filtered, state }: { filtered: boolean; state: string }) {
  if (!filtered) {
    return (
      <EmptyState icon={<Workflow size={22} />} title="No sagas yet">
        Every order runs one. Launch the fleet on the Map and let some load run.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<Workflow size={22} />} title="No saga matches">
      {state === 'compensated' || state === 'stuck'
        ? 'Break a line such as orders → payments and watch sagas compensate here.'
        : 'Nothing in the chosen range matches the filter.'}
    </EmptyState>
  );
}
