'use client';
import type { AuditRow } from '@faultline/server/contract';
import { FileClock } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/button.tsx';
import { LiveList } from '@/components/live-list.tsx';
import { PageWithPanel } from '@/components/panel.tsx';
import { RelativeTime } from '@/components/relative-time.tsx';
import { SearchField } from '@/components/search-field.tsx';
import { EmptyState } from '@/components/states.tsx';
import { Table, type Column } from '@/components/table.tsx';
import { Select } from '@/features/faults/fault-fields.tsx';
import { formatLink } from '@/lib/format.ts';
import { useHeldRows } from '@/lib/held-rows.ts';
import { useAudit } from '@/lib/queries.ts';
import { optional, text } from '@/lib/url-codec.ts';
import { setUrl, useUrlState } from '@/lib/url-state.ts';
import { AuditEntryPanel } from './audit-entry-panel.tsx';
import { detailWords } from './audit-words.ts';
import { ChainState } from './chain-state.tsx';

/** First parts of actions, as people think of them. */
const ACTIONS = ['fault', 'policy', 'fleet', 'instance', 'load', 'topic', 'audit'] as const;
const LIMIT = 1000;

/** Who did what to what, and whether that can be trusted. */
export function AuditPage() {
  const [q, setQ] = useUrlState('q', text);
  const [actor, setActor] = useUrlState('actor', text);
  const [action, setAction] = useUrlState('action', text);
  const [target, setTarget] = useUrlState('target', text);
  const [line, setLine] = useUrlState('line', optional, 'push');
  const audit = useAudit({ q, actor, action, target, limit: LIMIT });
  const actors = [...new Set(['console', 'cli', ...(audit.data ?? []).map((row) => row.actor)])];
  const chosen = audit.data?.find((row) => String(row.line) === line);
  return (
    <PageWithPanel
      panel={
        chosen && <AuditEntryPanel key={chosen.line} entry={chosen} onClose={() => setLine(null)} />
      }
    >
      <ChainState />
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-3.5 py-2">
        <SearchField
          label="Find in the audit trail"
          placeholder="Find in any column…"
          className="w-64 max-md:w-full"
          value={q}
          onChange={setQ}
        />
        <Select
          label="Who did it"
          value={actor}
          choices={[
            { value: '', title: 'Anybody' },
            ...actors.map((name) => ({ value: name, title: name })),
          ]}
          onChange={setActor}
        />
        <Select
          label="What was done"
          value={action}
          choices={[
            { value: '', title: 'Any action' },
            ...ACTIONS.map((name) => ({ value: name, title: `${name}.…` })),
          ]}
          onChange={setAction}
        />
        {target !== '' && (
          <Button onClick={() => setTarget('')} title="Show every target">
            To {formatLink(target)} ✕
          </Button>
        )}
      </div>
      <Entries
        audit={audit}
        line={line}
        onChoose={setLine}
        scope={[q, actor, action, target].join('')}
      />
    </PageWithPanel>
  );
}

function Entries({
  audit,
  line,
  onChoose,
  scope,
}: {
  audit: ReturnType<typeof useAudit>;
  line: string | null;
  onChoose: (line: string) => void;
  /** The filter as one word; empty when everything is shown. */
  scope: string;
}) {
  const isFiltered = scope !== '';
  const [over, setOver] = useState(false);
  const held = useHeldRows(audit.data ?? [], (row) => String(row.line), over, scope);
  return (
    <LiveList
      answer={audit}
      held={held}
      failed="The audit trail could not be loaded"
      onOver={setOver}
    >
      <Table
        label="Audit trail, newest first"
        columns={COLUMNS}
        rows={held.rows}
        rowKey={(row) => String(row.line)}
        selected={line}
        onSelect={(row) => onChoose(String(row.line))}
        rowTone={(row) => (row.outcome === 'failed' ? 'bad' : 'plain')}
        empty={
          <EmptyState
            icon={<FileClock size={22} />}
            title={isFiltered ? 'No such entries' : 'Nothing was done yet'}
            action={
              isFiltered && (
                <Button
                  onClick={() =>
                    setUrl({ q: null, actor: null, action: null, target: null }, 'push')
                  }
                >
                  Show all
                </Button>
              )
            }
          >
            {isFiltered
              ? 'Of the newest 1,000; the file has all of them.'
              : 'Every fault, policy, launch and scaling leaves a line here, done or refused.'}
          </EmptyState>
        }
      />
    </LiveList>
  );
}

const COLUMNS: readonly Column<AuditRow>[] = [
  {
    key: 'line',
    title: 'Line',
    align: 'right',
    width: '1%',
    wide: true,
    render: (row) => <span className="text-faint">{row.line}</span>,
  },
  {
    key: 'at',
    title: 'When',
    width: '92px',
    render: (row) => <RelativeTime at={row.at} className="text-muted" />,
  },
  { key: 'actor', title: 'Who', width: '84px', wide: true, render: (row) => row.actor },
  {
    key: 'action',
    title: 'Did',
    width: '1%',
    render: (row) => <span className="font-mono text-sm text-strong">{row.action}</span>,
  },
  {
    key: 'target',
    title: 'To',
    width: '1%',
    render: (row) => (
      <span className="inline-block max-w-50 truncate align-bottom text-strong max-md:max-w-28">
        {row.target === '*' ? 'everything' : formatLink(row.target)}
      </span>
    ),
  },
  {
    key: 'outcome',
    title: 'Outcome',
    width: '1%',
    render: (row) => <Outcome outcome={row.outcome} />,
  },
  {
    key: 'detail',
    title: 'Detail',
    wide: true,
    render: (row) => (
      <span className="block max-w-140 truncate text-muted" title={row.detail}>
        {detailWords(row)}
      </span>
    ),
  },
];

function Outcome({ outcome }: Pick<AuditRow, 'outcome'>) {
  const tone = { done: 'text-muted', refused: 'text-warn', failed: 'text-bad' }[outcome];
  return <span className={tone}>{outcome}</span>;
}
