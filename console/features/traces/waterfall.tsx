'use client';
import type { Mark } from '@faultline/server/contract';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, type RefObject } from 'react';
import { formatDuration } from '@/lib/format.ts';
import type { CriticalSegment } from './critical-path.ts';
import { isSelected, type WaterfallRow } from './rows.ts';
import { placeOf, type Viewport } from './viewport.ts';
import { WaterfallLine, type LineContext } from './waterfall-line.tsx';

/** Height of one line, pixels. */
export const ROW_HEIGHT = 25;
const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** Lines of the trace; only those in view exist, so 50,000 spans scroll like fifty. */
export function Waterfall({
  rows,
  path,
  faults,
  startedAt,
  viewport,
  selected,
  revealed,
  onSelect,
  onToggle,
  scroller,
}: {
  rows: readonly WaterfallRow[];
  path: readonly CriticalSegment[];
  faults: readonly Mark[];
  startedAt: number;
  viewport: Viewport;
  selected: string | null;
  /** The span that is scrolled into view: the selected one, or what was searched for. */
  revealed: string | null;
  onSelect: (spanId: string) => void;
  onToggle: (spanId: string) => void;
  scroller: RefObject<HTMLDivElement | null>;
}) {
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const criticalBySpan = useMemo(() => Map.groupBy(path, ({ spanId }) => spanId), [path]);
  const scrolledTo = useRef<string | null>(null);
  useEffect(() => {
    if (revealed === null || scrolledTo.current === revealed) return;
    const index = rows.findIndex((row) => isSelected(row, revealed));
    if (index === -1) return;
    scrolledTo.current = revealed;
    virtual.scrollToIndex(index, { align: 'auto' });
  }, [revealed, rows, virtual]);
  const context: LineContext = { viewport, criticalBySpan, selected, onSelect, onToggle };
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <Axis viewport={viewport} />
      <div
        ref={scroller}
        role="treegrid"
        aria-label="Spans"
        aria-rowcount={rows.length}
        tabIndex={0}
        {...(selected === null ? {} : { 'aria-activedescendant': `span-${selected}` })}
        className="relative min-h-0 flex-1 overflow-auto -outline-offset-2 [--indent:12px] max-md:[--indent:4px]"
      >
        <div className="relative min-h-full" style={{ height: virtual.getTotalSize() }}>
          <FaultBands faults={faults} startedAt={startedAt} viewport={viewport} />
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return row ? (
              <WaterfallLine key={row.id} row={row} top={item.start} context={context} />
            ) : null;
          })}
        </div>
      </div>
    </div>
  );
}

function Axis({ viewport: { fromMs, toMs } }: { viewport: Viewport }) {
  return (
    <div className="trace-grid border-b border-line py-1 text-xs text-faint max-md:pr-2">
      <span className="px-3.5">service · operation</span>
      <div aria-hidden className="relative h-4">
        {TICKS.map((tick) => (
          <span
            key={tick}
            className="absolute whitespace-nowrap tabular-nums max-md:nth-[even]:hidden"
            style={{
              left: `${tick * 100}%`,
              translate: tick === 0 ? '0' : tick === 1 ? '-100%' : '-50%',
            }}
          >
            {formatDuration(fromMs + (toMs - fromMs) * tick)}
          </span>
        ))}
      </div>
    </div>
  );
}

/** What we did while the trace ran, behind the spans. */
function FaultBands({
  faults,
  startedAt,
  viewport,
}: {
  faults: readonly Mark[];
  startedAt: number;
  viewport: Viewport;
}) {
  return (
    <div aria-hidden className="trace-grid pointer-events-none absolute inset-0">
      <span />
      <div className="relative">
        {faults.map((fault) => {
          const until = fault.until ?? Infinity;
          const place = placeOf(
            fault.at - startedAt,
            Math.min(until, startedAt + viewport.toMs) - fault.at,
            viewport,
          );
          if (!place) return null;
          return (
            <i
              key={fault.id}
              title={fault.title}
              className="absolute inset-y-0 border-fault-line bg-fault-soft"
              style={{
                left: `${place.left * 100}%`,
                width: `${place.width * 100}%`,
                borderLeftWidth: place.left > 0 ? 1 : 0,
              }}
            />
          );
        })}
      </div>
    </div>
  );
}
