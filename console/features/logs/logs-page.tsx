'use client';
import type { LogPage, LogRecord } from '@faultline/collector/contract';
import { useQuery } from '@tanstack/react-query';
import { ScrollText } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/button.tsx';
import { LiveList } from '@/components/live-list.tsx';
import { PageWithPanel } from '@/components/panel.tsx';
import { SearchField } from '@/components/search-field.tsx';
import { EmptyState } from '@/components/states.tsx';
import { getJson } from '@/lib/api.ts';
import { useHeldRows } from '@/lib/held-rows.ts';
import { usePolling } from '@/lib/live.ts';
import { useFleet } from '@/lib/queries.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { choice, optional, text } from '@/lib/url-codec.ts';
import { setUrl, useTimeRange, useUrlState } from '@/lib/url-state.ts';
import { LogList } from './log-list.tsx';
import { LogPanel } from './log-panel.tsx';

const SEVERITIES = choice('all', 'debug', 'info', 'warn', 'error');
const POLL_MS = 1000;
const PAGE_SIZE = 500;

/** What the services say: newest first, filtered by service, severity, event and text. */
export function LogsPage() {
  const [q, setQ] = useUrlState('q', text);
  const [service] = useUrlState('service', optional);
  const [severity] = useUrlState('severity', SEVERITIES);
  const [event] = useUrlState('event', optional);
  const [traceId] = useUrlState('traceId', optional);
  const [correlationId] = useUrlState('correlationId', optional);
  const [chosen, setChosen] = useUrlState('log', optional);
  const [range] = useTimeRange();
  const query = {
    q,
    service,
    event,
    traceId,
    correlationId,
    severity: severity === 'all' ? null : severity,
    limit: PAGE_SIZE,
    ...range,
  };
  const polling = usePolling(POLL_MS);
  const answer = useQuery({
    queryKey: queryKeys.logs(query),
    queryFn: ({ signal }) => getJson<LogPage>('/logs', query, signal),
    refetchInterval: range ? false : polling,
    placeholderData: (previous) => previous,
  });
  const [over, setOver] = useState(false);
  const held = useHeldRows<LogRecord>(
    answer.data?.logs ?? [],
    (record) => record.id,
    over || chosen !== null,
    JSON.stringify(query),
  );
  const record = held.rows.find((candidate) => candidate.id === chosen);
  const filtered = Boolean(
    q || service || event || traceId || correlationId || severity !== 'all' || range,
  );
  return (
    <PageWithPanel
      panel={record ? <LogPanel record={record} onClose={() => setChosen(null)} /> : null}
    >
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-3.5 py-2">
        <SearchField
          className="w-72 max-md:w-full"
          label="Search logs"
          placeholder="Text in the message"
          value={q}
          onChange={setQ}
        />
        <Choices service={service} severity={severity} event={event} />
        {traceId !== null && (
          <Button tone="ghost" onClick={() => setUrl({ traceId: null }, 'replace')}>
            trace {traceId.slice(0, 8)}… ×
          </Button>
        )}
        {correlationId !== null && (
          <Button tone="ghost" onClick={() => setUrl({ correlationId: null }, 'replace')}>
            request {correlationId.slice(0, 13)}… ×
          </Button>
        )}
      </div>
      <LiveList answer={answer} held={held} failed="The logs could not be loaded" onOver={setOver}>
        {held.rows.length === 0 ? (
          <EmptyState
            icon={<ScrollText size={22} />}
            title={filtered ? 'No line matches' : 'Nothing was logged yet'}
          >
            {filtered
              ? 'Nothing in the chosen range has all of these properties.'
              : 'Launch the fleet on the Map; every request leaves a line.'}
          </EmptyState>
        ) : (
          <LogList records={held.rows} selected={chosen} onSelect={setChosen} />
        )}
      </LiveList>
    </PageWithPanel>
  );
}

const EVENTS: readonly { value: string; title: string }[] = [
  { value: 'resilience.*', title: 'resilience events' },
  { value: 'resilience.breaker.*', title: 'breaker events' },
  { value: 'saga.*', title: 'saga events' },
  { value: 'deadletter.*', title: 'dead letters' },
];

function Choices({
  service,
  severity,
  event,
}: {
  service: string | null;
  severity: string;
  event: string | null;
}) {
  const services = (useFleet().data?.services ?? []).map((part) => part.name);
  const known = service === null || services.includes(service) ? services : [...services, service];
  return (
    <>
      <Select
        label="Service"
        value={service ?? ''}
        onChange={(value) => setUrl({ service: value || null }, 'replace')}
        options={[
          { value: '', title: 'every service' },
          ...known.map((value) => ({ value, title: value })),
        ]}
      />
      <Select
        label="Events"
        value={event ?? ''}
        onChange={(value) => setUrl({ event: value || null }, 'replace')}
        options={[{ value: '', title: 'logs and events' }, ...EVENTS]}
      />
      <div role="group" aria-label="Severity" className="flex gap-1">
        {(['all', 'info', 'warn', 'error'] as const).map((level) => (
          <Button
            key={level}
            pressed={severity === level}
            onClick={() => setUrl({ severity: level === 'all' ? null : level }, 'replace')}
          >
            {level === 'all' ? 'All' : `${level}+`}
          </Button>
        ))}
      </div>
    </>
  );
}

function Select({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly { value: string; title: string }[];
  onChange: (value: string) => void;
}) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className="h-7 rounded-md border border-line-strong bg-raised px-1.5 text-normal"
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.title}
        </option>
      ))}
    </select>
  );
}
