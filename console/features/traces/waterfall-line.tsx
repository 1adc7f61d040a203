'use client';
import clsx from 'clsx';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { formatDuration } from '@/lib/format.ts';
import { serviceColour } from '@/lib/services.ts';
import type { CriticalSegment } from './critical-path.ts';
import { isSelected, type WaterfallRow } from './rows.ts';
import { callWords, spanWords, type SpanWords } from './span-words.ts';
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
  const selected = isSelected(row, context.selected);
  const words = wordsOf(row);
  return (
    <div
      role="row"
      id={`span-${selected ? context.selected : row.id}`}
      aria-level={row.depth + 1}
      aria-selected={selected}
      {...(row.kind === 'span' && row.childCount > 0 ? { 'aria-expanded': !row.collapsed } : {})}
      data-testid="span-row"
      onClick={() => row.kind === 'span' && context.onSelect(row.id)}
      className={clsx(
        'trace-grid group absolute inset-x-0',
        row.kind === 'span' && 'cursor-pointer',
        selected ? 'bg-accent-soft' : 'hover:bg-hover/60',
      )}
      style={{ height: ROW_HEIGHT, transform: `translateY(${top}px)` }}
    >
      <Label row={row} words={words} onToggle={context.onToggle} />
      <div role="gridcell" className="relative min-w-0 overflow-x-clip">
        <Bar row={row} colour={colourOf(row, words)} context={context} />
      </div>
    </div>
  );
}

function wordsOf(row: WaterfallRow): SpanWords {
  if (row.kind === 'span')
    return row.call ? callWords(row.call.span, row.node.span) : spanWords(row.node.span);
  return { who: row.service, what: `backoff ${formatDuration(row.durationMs)}`, failure: null };
}

function colourOf(row: WaterfallRow, words: SpanWords): string {
  const failed =
    row.kind === 'span' && (row.node.span.status === 'error' || row.call?.span.status === 'error');
  return failed ? 'var(--bad)' : serviceColour(words.who);
}

function Label({
  row,
  words: { who, what, failure },
  onToggle,
}: {
  row: WaterfallRow;
  words: SpanWords;
  onToggle: (spanId: string) => void;
}) {
  const parent = row.kind === 'span' && row.childCount > 0;
  const collapsed = row.kind === 'span' && row.collapsed;
  return (
    <div
      role="gridcell"
      className="flex min-w-0 items-center border-b border-line pr-2"
      style={{ paddingLeft: `calc(${Math.min(row.depth, DEEPEST_INDENT)} * var(--indent))` }}
    >
      {parent ? (
        <button
          type="button"
          tabIndex={-1}
          aria-label={`${collapsed ? 'Expand' : 'Collapse'} ${who} ${what}`}
          onClick={(event) => {
            event.stopPropagation();
            onToggle(row.id);
          }}
          className={clsx(
            'flex h-full w-3.5 shrink-0 items-center text-faint hover:text-strong',
            !collapsed && 'opacity-0 group-hover:opacity-100 max-md:opacity-100',
          )}
        >
          {collapsed ? <ChevronRight size={12} /> : <ChevronDown size={12} />}
        </button>
      ) : (
        <span className="w-3.5 shrink-0" />
      )}
      <i
        aria-hidden
        className="mr-1.5 h-3 w-[3px] shrink-0 rounded-full"
        style={{ background: serviceColour(who) }}
      />
      <span className="truncate" title={`${who} ${what}${failure ? ` · ${failure}` : ''}`}>
        <b className="font-semibold text-strong">{who}</b>{' '}
        <span className={failure ? 'text-bad' : 'text-muted'}>
          {what}
          {failure && ` · ${failure}`}
        </span>
      </span>
      {row.kind === 'span' && collapsed && (
        <span className="ml-1 text-xs text-faint">+{row.childCount}</span>
      )}
    </div>
  );
}

function Bar({
  row,
  colour,
  context,
}: {
  row: WaterfallRow;
  colour: string;
  context: LineContext;
}) {
  const { viewport } = context;
  const place = placeOf(row.startMs, row.durationMs, viewport);
  if (!place) return <Elsewhere row={row} viewport={viewport} />;
  const style = { left: `${place.left * 100}%`, width: `max(${place.width * 100}%, 2px)` };
  // A bar across most of the view needs no number: the axis says it, and there is no room for one.
  const shown = place.width < 0.84 && <Lasted durationMs={row.durationMs} place={place} />;
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
  const segments = [row.id, ...(row.call ? [row.call.span.spanId] : [])].flatMap(
    (id) => context.criticalBySpan.get(id) ?? [],
  );
  return (
    <>
      <i
        aria-hidden
        className="absolute top-1.5 h-3 rounded-xs"
        style={{ ...style, background: colour }}
      />
      {segments.map((segment) => (
        <CriticalLine key={segment.fromMs} segment={segment} viewport={viewport} />
      ))}
      {shown}
    </>
  );
}

function Lasted({
  durationMs,
  place: { left, width },
}: {
  durationMs: number;
  place: { left: number; width: number };
}) {
  const style =
    left + width > 0.84
      ? { right: `calc(${(1 - left) * 100}% + 6px)` }
      : { left: `calc(${(left + width) * 100}% + 6px)` };
  return (
    <span
      className="absolute top-1/2 -translate-y-1/2 text-xs whitespace-nowrap text-muted tabular-nums"
      style={style}
    >
      {formatDuration(durationMs)}
    </span>
  );
}

/** Where a span is that the view leaves out: an arrow at the edge behind which it stands. */
function Elsewhere({ row, viewport }: { row: WaterfallRow; viewport: Viewport }) {
  const later = row.startMs > viewport.toMs;
  return (
    <span
      className={clsx(
        'absolute top-1/2 -translate-y-1/2 px-1.5 text-xs whitespace-nowrap text-faint tabular-nums',
        later ? 'right-0' : 'left-0',
      )}
    >
      {later ? `at ${formatDuration(row.startMs)} ›` : `‹ at ${formatDuration(row.startMs)}`}
    </span>
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
