'use client';
import { useMemo } from 'react';
import { formatDuration } from '@/lib/format.ts';
import { serviceColour } from '@/lib/services.ts';
import { flameLanes } from './flame-lanes.ts';
import { spanWords } from './span-words.ts';
import type { SpanTree } from './tree.ts';
import { placeOf, type Viewport } from './viewport.ts';

const LANE_HEIGHT = 22;
/** Narrower spans are left out: they could be neither seen nor clicked. */
const NARROWEST = 0.0005;

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
  const { cells, lanes } = useMemo(() => flameLanes(tree), [tree]);
  return (
    <div className="min-h-0 flex-1 overflow-auto px-3.5 pb-3.5">
      <div className="relative" style={{ height: lanes * LANE_HEIGHT }}>
        {cells.map(({ node, lane }) => {
          const place = placeOf(node.startMs, node.span.durationMs, viewport);
          if (!place || place.width < NARROWEST) return null;
          const { who, what, failure } = spanWords(node.span);
          return (
            <button
              key={node.span.spanId}
              type="button"
              aria-pressed={node.span.spanId === selected}
              title={`${who} ${what} · ${formatDuration(node.span.durationMs)}${failure ? ` · ${failure}` : ''}`}
              onClick={() => onSelect(node.span.spanId)}
              className="absolute overflow-hidden rounded-xs border border-surface px-1 text-left text-xs whitespace-nowrap text-surface hover:brightness-110 aria-pressed:outline-2 aria-pressed:outline-strong"
              style={{
                top: lane * LANE_HEIGHT,
                height: LANE_HEIGHT - 1,
                left: `${place.left * 100}%`,
                width: `max(${place.width * 100}%, 2px)`,
                background:
                  node.span.status === 'error' ? 'var(--bad)' : serviceColour(node.span.service),
              }}
            >
              {place.width > 0.04 && (
                <>
                  <b className="font-semibold">{who}</b> {what}
                </>
              )}
            </button>
          );
        })}
      </div>
    </div>
  );
}
