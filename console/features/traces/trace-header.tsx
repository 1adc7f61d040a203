'use client';
import clsx from 'clsx';
import { Button } from '@/components/button.tsx';
import { copy } from '@/components/copy-as.tsx';
import { formatAbsolute, formatDuration, formatTime, plural } from '@/lib/format.ts';
import { setUrl } from '@/lib/url-state.ts';
import type { TraceModel } from './use-trace.ts';

const VIEW_TITLES = { waterfall: 'Waterfall', flame: 'Flame', table: 'Table' } as const;

/** Where one is, what the trace was, and how to look at it. */
export function TraceHeader({
  model: { trace, status },
  view,
}: {
  model: TraceModel;
  view: keyof typeof VIEW_TITLES;
}) {
  const failed = (status ?? 0) >= 400;
  return (
    <header className="flex flex-wrap items-center gap-x-4 gap-y-2 px-3.5 py-3">
      <div className="min-w-0 flex-1 basis-80">
        <div className="flex flex-wrap items-center gap-x-1.5 text-muted">
          <button
            type="button"
            className="hover:text-strong hover:underline"
            onClick={() => setUrl({ trace: null, span: null, view: null, zoom: null }, 'push')}
          >
            Traces
          </button>
          /
          <button
            type="button"
            title={`Copy ${trace.traceId}`}
            className="font-mono text-sm hover:text-strong"
            onClick={() => copy(trace.traceId, 'trace id')}
          >
            {trace.traceId.slice(0, 4)}…{trace.traceId.slice(-4)}
          </button>
          ·
          <time title={formatAbsolute(trace.startedAt)} className="tabular-nums">
            {formatTime(trace.startedAt, true)}
          </time>
          {trace.correlationId !== null && (
            <button
              type="button"
              title={`Correlation id ${trace.correlationId}; copy`}
              className="font-mono text-sm hover:text-strong"
              onClick={() => copy(trace.correlationId ?? '', 'correlation id')}
            >
              · corr {trace.correlationId.slice(0, 8)}
            </button>
          )}
        </div>
        <h2 data-testid="trace-title" className="text-lg font-semibold text-strong">
          {trace.operation}{' '}
          {status !== null && <span className={clsx(failed && 'text-bad')}>{status}</span>}{' '}
          <span className="font-normal text-muted">
            {formatDuration(trace.durationMs)} · {plural(trace.services.length, 'service')} ·{' '}
            {plural(trace.spanCount, 'span')} · {plural(trace.errorCount, 'error')}
            {trace.truncated && ' · the newest spans are not shown'}
          </span>
        </h2>
      </div>
      <div role="group" aria-label="View" className="flex gap-1.5">
        {(['waterfall', 'flame', 'table'] as const).map((each) => (
          <Button
            key={each}
            pressed={view === each}
            onClick={() => setUrl({ view: each === 'waterfall' ? null : each }, 'replace')}
          >
            {VIEW_TITLES[each]}
          </Button>
        ))}
      </div>
    </header>
  );
}
