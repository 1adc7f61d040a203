'use client';
import clsx from 'clsx';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { formatDuration } from '@/lib/format.ts';
import { serviceColour } from '@/lib/services.ts';
import type { CriticalSegment } from './critical-path.ts';
import type { WaterfallRow } from './rows.ts';
import { spanWords } from './span-words.ts';
import { placeOf, type Viewport } from './viewport.ts';
import { ROW_HEIGHT } from './waterfall.tsx';

/** What every line of a waterfall needs to know. */
export interface LineContext {
  viewport: Viewport;
  criticalBySpan: ReadonlyMap<string, readonly CriticalSegment[]>;
  selected: string | null;
  onSelect: (spanId: string) => void;
  onToggle: (spanId: string) => void;
}

/** Deeper spans are not indented further: the label must stay readable. */
const DEEPEST_INDENT = 16;

/** One span, or one pause between attempts. */
export function WaterfallLine({
  row,
  top,
  context,
}: {
  row: WaterfallRow;
  top: number;
  context: LineContext;
}) {
  const isSelected = row.id === context.selected;
  return (
    <div
      role="row"
      aria-level={row.depth + 1}
      aria-selected={isSelected}
      {...(row.kind === 'span' && row.childCount > 0 ? { 'aria-expanded': !row.collapsed } : {})}
      data-testid="span-row"
      onClick={() => row.kind === 'span' && context.onSelect(row.id)}
      className={clsx(
        'trace-grid absolute inset-x-0 cursor-pointer border-b border-line',
        isSelected ? 'bg-accent-soft' : 'hover:bg-hover/60',
      )}
      style={{ height: ROW_HEIGHT, transform: `translateY(${top}px)` }}
    >
      <Label row={row} context={context} />
      <div role="gridcell" className="relative min-w-0">
        <Bar row={row} context={context} />
      </div>
    </div>
  );
}

function Label({ row, context }: { row: WaterfallRow; context: LineContext }) {
  const indent = Math.min(row.depth, DEEPEST_INDENT) * 12;
  if (row.kind === 'backoff') {
    return (
      <div
        role="gridcell"
        className="flex min-w-0 items-center pr-2"
        style={{ paddingLeft: indent + 14 }}
      >
        <i
          aria-hidden
          className="mr-1.5 h-3 w-[3px] shrink-0 rounded-full"
          style={{ background: serviceColour(row.service) }}
        />
        <span className="truncate text-muted">
          <b className="font-semibold text-strong">{row.service}</b> backoff{' '}
          {formatDuration(row.durationMs)}
        </span>
      </div>
    );
  }
  const { span } = row.node;
  const words = spanWords(span);
  return (
    <div role="gridcell" className="flex min-w-0 items-center pr-2" style={{ paddingLeft: indent }}>
      <button
        type="button"
        tabIndex={-1}
        aria-label={row.collapsed ? 'Expand' : 'Collapse'}
        onClick={(event) => {
          event.stopPropagation();
          context.onToggle(row.id);
        }}
        className={clsx(
          'w-3.5 shrink-0 text-faint hover:text-strong',
          row.childCount === 0 && 'invisible',
        )}
      >
        {row.collapsed ? <ChevronRight size={12} /> : <ChevronDown size={12} />}
      </button>
      <i
        aria-hidden
        className="mr-1.5 h-3 w-[3px] shrink-0 rounded-full"
        style={{ background: serviceColour(span.service) }}
      />
      <span className="truncate" title={`${words.who} ${words.what}`}>
        <b className="font-semibold text-strong">{words.who}</b>{' '}
        <span className={words.failure ? 'text-bad' : 'text-muted'}>
          {words.what}
          {words.failure && ` · ${words.failure}`}
        </span>
        {row.collapsed && <span className="ml-1 text-xs text-faint">+{row.childCount}</span>}
      </span>
    </div>
  );
}

function Bar({ row, context }: { row: WaterfallRow; context: LineContext }) {
  const place = placeOf(row.startMs, row.durationMs, context.viewport);
  if (!place) return null;
  const right = place.left + place.width > 0.84;
  const label = (
    <span
      className="absolute top-1/2 -translate-y-1/2 text-xs whitespace-nowrap text-muted tabular-nums"
      style={
        right
          ? { right: `calc(${(1 - place.left) * 100}% + 6px)` }
          : { left: `calc(${(place.left + place.width) * 100}% + 6px)` }
      }
    >
      {formatDuration(row.durationMs)}
    </span>
  );
  const style = { left: `${place.left * 100}%`, width: `max(${place.width * 100}%, 2px)` };
  // A bar across most of the view needs no number: the axis says it, and there is no room for one.
  const shown = place.width < 0.84 ? label : null;
  if (row.kind === 'backoff') {
    return (
      <>
        <i
          aria-hidden
          className="absolute top-1.5 h-3 rounded-xs border border-dashed border-faint"
          style={style}
        />
        {shown}
      </>
    );
  }
  const failed = row.node.span.status === 'error';
  return (
    <>
      <i
        aria-hidden
        className="absolute top-1.5 h-3 rounded-xs"
        style={{
          ...style,
          background: failed ? 'var(--bad)' : serviceColour(row.node.span.service),
        }}
      />
      {(context.criticalBySpan.get(row.id) ?? []).map((segment) => (
        <CriticalLine key={segment.fromMs} segment={segment} viewport={context.viewport} />
      ))}
      {shown}
    </>
  );
}

function CriticalLine({ segment, viewport }: { segment: CriticalSegment; viewport: Viewport }) {
  const place = placeOf(segment.fromMs, segment.toMs - segment.fromMs, viewport);
  if (!place) return null;
  return (
    <i
      aria-hidden
      title="critical path"
      className="absolute bottom-0.5 h-[2px] bg-strong"
      style={{ left: `${place.left * 100}%`, width: `max(${place.width * 100}%, 1px)` }}
    />
  );
}
