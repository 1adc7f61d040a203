'use client';
import type { Span } from '@faultline/collector/contract';
import { useMemo, useRef, useState } from 'react';
import { Button } from '@/components/button.tsx';
import { PageWithPanel } from '@/components/panel.tsx';
import { EmptyState, ErrorState, Skeleton, SkeletonRows } from '@/components/states.tsx';
import { ApiError } from '@/lib/api.ts';
import { formatDuration, plural } from '@/lib/format.ts';
import { choice, optional } from '@/lib/url-codec.ts';
import { setUrl, useUrlState } from '@/lib/url-state.ts';
import { Flame } from './flame.tsx';
import { Minimap } from './minimap.tsx';
import { UNFOLDED, waterfallRows, type Folds } from './rows.ts';
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
  const [link] = useUrlState('link', optional);
  const [viewport, setViewport] = useViewport(tree.durationMs, model.first);
  const [folds, setFolds] = useState<Folds>({ collapsed: new Set(), attempts: true });
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => waterfallRows(tree, folds), [tree, folds]);
  const allRows = useMemo(() => waterfallRows(tree, UNFOLDED), [tree]);
  const faults = useTraceFaults(trace);
  const broken = faults.map(({ id, at, until }) => ({
    id,
    fromMs: at - tree.startedAt,
    toMs: (until ?? Infinity) - tree.startedAt,
  }));
  const select = (spanId: string | null) => setUrl({ span: spanId }, 'replace');
  const toggle = (spanId: string) =>
    setFolds((current) => {
      const collapsed = new Set(current.collapsed);
      if (!collapsed.delete(spanId)) collapsed.add(spanId);
      return { ...current, collapsed };
    });
  const keys = { tree, rows, selected, select, folds, setFolds, viewport, setViewport, scroller };
  useTraceKeys(keys, view === 'waterfall');
  const span = trace.spans.find((candidate) => candidate.spanId === selected) ?? null;
  return (
    <PageWithPanel
      panel={
        // On a narrow screen the sheet would cover the trace: there it is for a chosen span only.
        <div className={span ? 'contents' : 'contents max-md:hidden'}>
          <SpanPanel model={model} span={span} faults={faults} />
        </div>
      }
    >
      <TraceHeader model={model} view={view} />
      <div className="px-3.5 pb-2.5">
        <Minimap
          rows={allRows}
          durationMs={tree.durationMs}
          faults={broken}
          viewport={viewport}
          onZoom={setViewport}
        />
        {view !== 'table' && <LaterWork model={model} viewport={viewport} onShow={setViewport} />}
      </div>
      {view === 'waterfall' && (
        <Waterfall
          rows={rows}
          path={path}
          faults={faults}
          startedAt={tree.startedAt}
          viewport={viewport}
          selected={selected}
          revealed={selected ?? soughtSpan(trace.spans, link)}
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

/** The span of a trace found by its link: the first that failed on it, else the first. */
function soughtSpan(spans: readonly Span[], link: string | null): string | null {
  if (link === null) return null;
  const crossing = spans.filter((span) => span.link === link);
  return (crossing.find((span) => span.status === 'error') ?? crossing[0])?.spanId ?? null;
}

/** Says that work went on after the request had been answered, and shows it. */
function LaterWork({
  model: { tree, first, laterSpans },
  viewport,
  onShow,
}: {
  model: TraceModel;
  viewport: Viewport;
  onShow: (viewport: Viewport) => void;
}) {
  const whole = wholeTrace(tree.durationMs);
  if (first.toMs >= whole.toMs) return null;
  const showsWhole = viewport.fromMs <= 0 && viewport.toMs >= whole.toMs;
  return (
    <p className="flex flex-wrap items-center justify-end gap-x-2 pt-1.5 text-sm text-muted">
      {showsWhole
        ? `Work goes on ${formatDuration(whole.toMs - first.toMs)} after the answer`
        : `${plural(laterSpans, 'span')} after the answer, until ${formatDuration(whole.toMs)}`}
      <button
        type="button"
        data-testid="later-work"
        className="text-accent hover:underline"
        onClick={() => onShow(showsWhole ? first : whole)}
      >
        {showsWhole ? 'show the request' : 'show all'}
      </button>
    </p>
  );
}

/**
 * The zoom as `from-to` in the URL, milliseconds from the start of the trace; absent: what is shown
 * first.
 */
function useViewport(
  durationMs: number,
  first: Viewport,
): readonly [Viewport, (viewport: Viewport) => void] {
  const [raw] = useUrlState('zoom', optional);
  const [from, to] = (raw ?? '').split('-').map(Number);
  const viewport =
    raw === null ? first : clampViewport({ fromMs: from ?? 0, toMs: to ?? durationMs }, durationMs);
  const set = ({ fromMs, toMs }: Viewport) => {
    const isFirst = fromMs === first.fromMs && toMs === first.toMs;
    setUrl({ zoom: isFirst ? null : `${fromMs.toFixed(3)}-${toMs.toFixed(3)}` }, 'replace');
  };
  return [viewport, set];
}
