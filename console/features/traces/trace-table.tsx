'use client';
import type { TraceSummary } from '@faultline/collector/contract';
import clsx from 'clsx';
import { RelativeTime } from '@/components/relative-time.tsx';
import { ServiceName } from '@/components/service-name.tsx';
import { Table, type Column } from '@/components/table.tsx';
import { formatDuration, plural } from '@/lib/format.ts';
import { serviceColour } from '@/lib/services.ts';
import { openTrace } from './open-trace.ts';

/** The matching traces. A click opens; `j` and `k` walk, Enter opens. */
export function TraceTable({
  traces,
  selected,
  onSelect,
}: {
  traces: readonly TraceSummary[];
  selected: string | null;
  onSelect: (traceId: string) => void;
}) {
  const longestMs = traces.reduce((most, trace) => Math.max(most, trace.durationMs), 1);
  return (
    <Table
      label="Traces"
      columns={columnsFor(longestMs)}
      rows={traces}
      rowKey={(trace) => trace.traceId}
      selected={selected}
      onSelect={(trace) => onSelect(trace.traceId)}
      onOpen={(trace) => openTrace(trace.traceId)}
    />
  );
}

function columnsFor(longestMs: number): Column<TraceSummary>[] {
  return [
    {
      key: 'operation',
      title: 'Request',
      render: (trace) => (
        <a
          href={`/traces?trace=${trace.traceId}`}
          data-testid="open-trace"
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey) return;
            event.preventDefault();
            event.stopPropagation();
            openTrace(trace.traceId);
          }}
          className="flex max-w-[46ch] items-center gap-2 hover:underline max-md:max-w-[24ch]"
        >
          <ServiceName service={trace.service} strong />
          <span className="truncate text-muted">{trace.operation}</span>
        </a>
      ),
    },
    {
      key: 'status',
      title: 'Status',
      width: '72px',
      render: (trace) => <Status trace={trace} />,
    },
    {
      key: 'duration',
      title: 'Duration',
      width: '200px',
      render: (trace) => <DurationBar trace={trace} longestMs={longestMs} />,
    },
    {
      key: 'services',
      title: 'Services',
      wide: true,
      width: '150px',
      render: (trace) => <Services trace={trace} />,
    },
    {
      key: 'spans',
      title: 'Spans',
      align: 'right',
      wide: true,
      width: '64px',
      render: (trace) => trace.spanCount,
    },
    {
      key: 'started',
      title: 'Started',
      align: 'right',
      wide: true,
      width: '96px',
      render: (trace) => <RelativeTime at={trace.startedAt} className="text-muted" />,
    },
  ];
}

/** The outcome of a trace: its HTTP status, or whether it failed; a shape says it too. */
export function Status({ trace }: { trace: TraceSummary }) {
  const failed =
    (trace.httpStatus ?? 0) >= 500 || (trace.httpStatus === null && trace.errorCount > 0);
  const text = trace.httpStatus === null ? (failed ? 'error' : 'ok') : String(trace.httpStatus);
  const inner = trace.errorCount > 0 ? plural(trace.errorCount, 'failed span') : 'no failed span';
  return (
    <span
      title={inner}
      className={clsx('font-semibold tabular-nums', failed ? 'text-bad' : 'text-normal')}
    >
      {failed && <span aria-hidden>▲ </span>}
      {text}
      {!failed && trace.errorCount > 0 && (
        <span className="ml-1 text-xs text-warn" aria-label={inner}>
          ●
        </span>
      )}
    </span>
  );
}

function DurationBar({ trace, longestMs }: { trace: TraceSummary; longestMs: number }) {
  const failed = trace.errorCount > 0;
  return (
    <span className="flex items-center gap-2">
      <span className="w-16 text-right">{formatDuration(trace.durationMs)}</span>
      <span aria-hidden className="h-1.5 min-w-0 flex-1">
        <i
          className="block h-full min-w-px rounded-full"
          style={{
            width: `${(trace.durationMs / longestMs) * 100}%`,
            background: failed ? 'var(--bad)' : 'var(--p50)',
          }}
        />
      </span>
    </span>
  );
}

function Services({ trace }: { trace: TraceSummary }) {
  const names = trace.services.map(({ service, spans }) => `${service} ${spans}`).join(', ');
  return (
    <span className="flex items-center gap-[3px]" title={names}>
      {trace.services.slice(0, 10).map(({ service, errors }) => (
        <i
          key={service}
          className={clsx('h-3.5 w-1.5 rounded-xs', errors > 0 && 'ring-1 ring-bad')}
          style={{ background: serviceColour(service) }}
        />
      ))}
      <span className="sr-only">{names}</span>
    </span>
  );
}
