'use client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { formatDuration, plural } from '@/lib/format.ts';
import { serviceColour } from '@/lib/services.ts';
import { flameLanes, type FlameCell } from './flame-lanes.ts';
import { spanWords } from './span-words.ts';
import type { SpanTree } from './tree.ts';
import { placeOf, type Viewport } from './viewport.ts';

const LANE_HEIGHT = 22;
/** Narrower spans are left out: they could be neither seen nor clicked. */
const NARROWEST = 0.0008;

/** Spans as a flame graph: time to the right, calls downwards. */
export function Flame({
  tree,
  viewport,
  selected,
  onSelect,
}: {
  tree: SpanTree;
  viewport: Viewport;
  selected: string | null;
  onSelect: (spanId: string) => void;
}) {
  const { lanes, left } = useMemo(() => flameLanes(tree), [tree]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lanes.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LANE_HEIGHT,
    overscan: 8,
  });
  return (
    <div ref={scroller} className="min-h-0 flex-1 overflow-auto px-3.5 pb-3.5">
      <div className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual
          .getVirtualItems()
          .map((item) =>
            (lanes[item.index] ?? []).map((cell) => (
              <Cell
                key={cell.node.span.spanId}
                cell={cell}
                viewport={viewport}
                selected={cell.node.span.spanId === selected}
                onSelect={onSelect}
              />
            )),
          )}
      </div>
      {left > 0 && (
        <p className="pt-2 text-muted">
          {plural(left, 'span')} more at the same time: they have no room here, the waterfall shows
          them.
        </p>
      )}
    </div>
  );
}

function Cell({
  cell: { node, lane },
  viewport,
  selected,
  onSelect,
}: {
  cell: FlameCell;
  viewport: Viewport;
  selected: boolean;
  onSelect: (spanId: string) => void;
}) {
  const { span, startMs } = node;
  const place = placeOf(startMs, span.durationMs, viewport);
  if (!place || place.width < NARROWEST) return null;
  const { who, what, failure } = spanWords(span);
  const said = `${who} ${what} · ${formatDuration(span.durationMs)}${failure ? ` · ${failure}` : ''}`;
  return (
    <button
      type="button"
      aria-pressed={selected}
      aria-label={said}
      title={said}
      onClick={() => onSelect(span.spanId)}
      className="absolute overflow-hidden rounded-xs border border-surface px-1 text-left text-xs whitespace-nowrap text-surface hover:brightness-110 aria-pressed:z-10 aria-pressed:outline-2 aria-pressed:outline-strong"
      style={{
        top: lane * LANE_HEIGHT,
        height: LANE_HEIGHT - 1,
        left: `${place.left * 100}%`,
        width: `max(${place.width * 100}%, 2px)`,
        background: span.status === 'error' ? 'var(--bad)' : serviceColour(span.service),
      }}
    >
      {place.width > 0.04 && (
        <>
          <b className="font-semibold">{who}</b> {what}
        </>
      )}
    </button>
  );
}
