'use client';
import { useMemo, useRef, useState } from 'react';
import { Button } from '@/components/button.tsx';
import { PageWithPanel } from '@/components/panel.tsx';
import { EmptyState, ErrorState, Skeleton, SkeletonRows } from '@/components/states.tsx';
import { ApiError } from '@/lib/api.ts';
import { choice, optional } from '@/lib/url-codec.ts';
import { setUrl, useUrlState } from '@/lib/url-state.ts';
import { Flame } from './flame.tsx';
import { Minimap } from './minimap.tsx';
import { waterfallRows } from './rows.ts';
import { SpanPanel } from './span-panel.tsx';
import { SpanTable } from './span-table.tsx';
import { TraceHeader } from './trace-header.tsx';
import { useTrace, useTraceFaults, type TraceModel } from './use-trace.ts';
import { useTraceKeys } from './use-trace-keys.ts';
import { clampViewport, wholeTrace, type Viewport } from './viewport.ts';
import { Waterfall } from './waterfall.tsx';

/** Ways to look at a trace. */
export const VIEWS = choice('waterfall', 'flame', 'table');

/** One trace: minimap, waterfall, flame graph or table, and the panel of a span. */
export function TraceView({ traceId }: { traceId: string }) {
  const { model, error, isError, refetch } = useTrace(traceId);
  if (model) return <LoadedTrace model={model} />;
  if (!isError) {
    return (
      <div className="p-3.5" role="status" aria-label="Loading the trace">
        <Skeleton className="mb-3 h-9 w-96 max-w-full" />
        <Skeleton className="h-10 w-full" />
        <SkeletonRows rows={14} />
      </div>
    );
  }
  const back = (
    <Button onClick={() => setUrl({ trace: null, span: null }, 'push')}>To the search</Button>
  );
  if (error instanceof ApiError && error.status === 404) {
    return (
      <EmptyState title="This trace is not here" action={back}>
        It may have been dropped by retention, or its spans have not arrived yet.
      </EmptyState>
    );
  }
  return (
    <ErrorState what="The trace could not be loaded" error={error} onRetry={() => void refetch()} />
  );
}

function LoadedTrace({ model }: { model: TraceModel }) {
  const { trace, tree, path } = model;
  const [view] = useUrlState('view', VIEWS);
  const [selected] = useUrlState('span', optional);
  const [viewport, setViewport] = useViewport(tree.durationMs);
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => waterfallRows(tree, collapsed), [tree, collapsed]);
  const allRows = useMemo(() => waterfallRows(tree, new Set()), [tree]);
  const faults = useTraceFaults(trace);
  const select = (spanId: string | null) => setUrl({ span: spanId }, 'replace');
  const toggle = (spanId: string) =>
    setCollapsed((current) => {
      const next = new Set(current);
      if (!next.delete(spanId)) next.add(spanId);
      return next;
    });
  useTraceKeys({ tree, rows, selected, select, setCollapsed, viewport, setViewport, scroller });
  const span = trace.spans.find((candidate) => candidate.spanId === selected) ?? null;
  return (
    <PageWithPanel panel={<SpanPanel model={model} span={span} faults={faults} />}>
      <TraceHeader model={model} view={view} />
      <div className="px-3.5 pb-2.5">
        <Minimap
          rows={allRows}
          durationMs={tree.durationMs}
          viewport={viewport}
          onZoom={setViewport}
        />
      </div>
      {view === 'waterfall' && (
        <Waterfall
          rows={rows}
          path={path}
          faults={faults}
          startedAt={tree.startedAt}
          viewport={viewport}
          selected={selected}
          onSelect={select}
          onToggle={toggle}
          scroller={scroller}
        />
      )}
      {view === 'flame' && (
        <Flame tree={tree} viewport={viewport} selected={selected} onSelect={select} />
      )}
      {view === 'table' && <SpanTable tree={tree} onSelect={select} selected={selected} />}
    </PageWithPanel>
  );
}

/** The zoom as `from-to` in the URL, milliseconds from the start of the trace. */
function useViewport(durationMs: number): readonly [Viewport, (viewport: Viewport) => void] {
  const [raw] = useUrlState('zoom', optional);
  const [from, to] = (raw ?? '').split('-').map(Number);
  const whole = wholeTrace(durationMs);
  const viewport =
    raw === null ? whole : clampViewport({ fromMs: from ?? 0, toMs: to ?? durationMs }, durationMs);
  const set = ({ fromMs, toMs }: Viewport) => {
    const isWhole = fromMs <= 0 && toMs >= whole.toMs;
    setUrl({ zoom: isWhole ? null : `${fromMs.toFixed(3)}-${toMs.toFixed(3)}` }, 'replace');
  };
  return [viewport, set];
}
