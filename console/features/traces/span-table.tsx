'use client';
import { useMemo } from 'react';
import { ServiceName } from '@/components/service-name.tsx';
import { Table, type Column } from '@/components/table.tsx';
import { formatDuration } from '@/lib/format.ts';
import { groupSpans, type SpanGroup } from './span-groups.ts';
import type { SpanTree } from './tree.ts';

const COLUMNS: readonly Column<SpanGroup>[] = [
  {
    key: 'service',
    title: 'Service',
    render: (row) => <ServiceName service={row.service} strong />,
  },
  {
    key: 'name',
    title: 'Operation',
    render: (row) => <span className="block max-w-[40ch] truncate text-muted">{row.name}</span>,
  },
  { key: 'count', title: 'Spans', align: 'right', render: (row) => row.count },
  {
    key: 'errors',
    title: 'Failed',
    align: 'right',
    render: (row) => (row.errors > 0 ? <span className="text-bad">▲ {row.errors}</span> : 0),
  },
  { key: 'self', title: 'Own time', align: 'right', render: (row) => formatDuration(row.selfMs) },
  { key: 'total', title: 'In all', align: 'right', render: (row) => formatDuration(row.totalMs) },
  {
    key: 'max',
    title: 'Longest',
    align: 'right',
    wide: true,
    render: (row) => formatDuration(row.maxMs),
  },
];

/** The spans of a trace by service and operation, most own time first. */
export function SpanTable({
  tree,
  selected,
  onSelect,
}: {
  tree: SpanTree;
  selected: string | null;
  onSelect: (spanId: string) => void;
}) {
  const groups = useMemo(() => groupSpans(tree), [tree]);
  return (
    <Table
      label="Operations of this trace"
      columns={COLUMNS}
      rows={groups}
      rowKey={(row) => row.longestSpanId}
      selected={selected}
      onSelect={(row) => onSelect(row.longestSpanId)}
    />
  );
}
