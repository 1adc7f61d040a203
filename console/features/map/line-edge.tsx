'use client';
import { EdgeLabelRenderer, type Edge, type EdgeProps } from '@xyflow/react';
import clsx from 'clsx';
import { Zap } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Badge } from '@/components/chip.tsx';
import { useServerNow } from '@/components/relative-time.tsx';
import {
  formatCountdown,
  formatDuration,
  formatLink,
  formatPercent,
  formatRate,
  NOTHING,
} from '@/lib/format.ts';
import type { Health } from '@/lib/health.ts';
import { useLive } from '@/lib/live.ts';
import { useBreakers } from '@/lib/queries.ts';
import { edgeLook, lineBreaker } from './edge-look.ts';
import type { Point } from './layout.ts';
import { useFaultsOnLink, useLinkRed } from './map-data.ts';
import type { MapEdge } from './model.ts';

/** What a line is given. */
export type MapEdgeData = {
  edge: MapEdge;
  path: string;
  middle: Point;
  lengthPx: number;
  dim: boolean;
  chosen: boolean;
  onChoose: () => void;
};
/** A line as the graph library knows it. */
export type FlowEdge = Edge<MapEdgeData, 'line'>;

const COLOURS: Readonly<Record<Health, string>> = {
  ok: 'var(--line-strong)',
  idle: 'var(--line-strong)',
  warn: 'var(--warn)',
  bad: 'var(--bad)',
};
const DOT_PX_PER_S = 55;
/** Shortest line that has room for its fault's pill beside the boxes. */
const PILL_PX = 110;

/** A line: width by rate, colour by health, moving dots, its fault and its breaker. */
export function LineEdge({ data }: EdgeProps<FlowEdge>) {
  const red = useLinkRed(data?.edge.id ?? '');
  const faults = useFaultsOnLink(data?.edge.id ?? '');
  if (!data) return null;
  const { edge, path } = data;
  const look = edgeLook(red);
  const direct = edge.kind === 'service';
  return (
    <g
      className={clsx('transition-opacity', data.dim && 'opacity-15')}
      onClick={data.onChoose}
      style={{ cursor: 'pointer' }}
    >
      <path d={path} fill="none" stroke="transparent" strokeWidth={18} />
      {data.chosen && (
        <path
          d={path}
          fill="none"
          stroke="var(--accent)"
          strokeWidth={look.widthPx + 5}
          opacity={0.35}
        />
      )}
      {faults.length > 0 && (
        <path
          d={path}
          fill="none"
          stroke="var(--fault)"
          strokeWidth={look.widthPx + 5}
          opacity={0.4}
        />
      )}
      <path
        d={path}
        fill="none"
        stroke={COLOURS[look.health]}
        strokeWidth={direct ? look.widthPx : Math.min(look.widthPx, 2)}
        strokeDasharray={edge.kind === 'broker' ? '3 4' : undefined}
        // Lines to databases and the broker are many: they step back while they are well.
        opacity={direct ? 0.95 : look.health === 'ok' || look.health === 'idle' ? 0.4 : 0.8}
      />
      {edge.kind !== 'broker' && (
        <FlowDots
          path={path}
          count={direct ? look.dots : Math.min(look.dots, 1)}
          colour={look.health === 'ok' ? 'var(--accent)' : COLOURS[look.health]}
          durationS={Math.max(0.8, Math.round((data.lengthPx / DOT_PX_PER_S) * 10) / 10)}
        />
      )}
      <EdgeLabelRenderer>
        <LineLabel data={data} />
      </EdgeLabelRenderer>
    </g>
  );
}

/** Dots that run along the line; none under reduced motion, still while paused. */
function FlowDots({
  path,
  count,
  colour,
  durationS,
}: {
  path: string;
  count: number;
  colour: string;
  durationS: number;
}) {
  const group = useRef<SVGGElement>(null);
  const { paused } = useLive();
  useEffect(() => {
    const svg = group.current?.ownerSVGElement;
    if (paused) svg?.pauseAnimations();
    else svg?.unpauseAnimations();
  }, [paused]);
  return (
    <g ref={group} className="motion-reduce:hidden" pointerEvents="none">
      {Array.from({ length: count }, (_, index) => (
        <circle key={`${index}/${count}`} r={2} fill={colour}>
          <animateMotion
            dur={`${durationS}s`}
            begin={`${-(index / count) * durationS}s`}
            repeatCount="indefinite"
            path={path}
          />
        </circle>
      ))}
    </g>
  );
}

/** The line's button in its middle, with its fault above and its breaker below. */
function LineLabel({ data }: { data: MapEdgeData }) {
  const { edge, middle } = data;
  const red = useLinkRed(edge.id);
  const faults = useFaultsOnLink(edge.id);
  const breaker = lineBreaker(useBreakers().data ?? [], edge.id);
  const now = useServerNow();
  const [fault] = faults;
  // Between two boxes that stand close there is no room for the pill: it goes above them.
  const short = data.lengthPx < PILL_PX;
  const errors = red && red.count > 0 ? formatPercent(red.errorRatio) : NOTHING;
  const numbers = `${formatRate(red?.ratePerS ?? 0)} /s · ${errors} errors · p95 ${formatDuration(red?.p95Ms)}`;
  return (
    <div
      className={clsx('nodrag nopan pointer-events-auto absolute', data.dim && 'opacity-20')}
      style={{
        transform: `translate(-50%, -50%) translate(${middle.x}px, ${middle.y}px)`,
        zIndex: fault ? 2 : 1,
      }}
    >
      <button
        type="button"
        onClick={data.onChoose}
        aria-pressed={data.chosen}
        data-testid={`edge-${edge.id}`}
        data-faulted={fault !== undefined}
        aria-label={`Line ${formatLink(edge.id)}: ${numbers}${fault ? `, ${fault.summary}` : ''}${breaker && breaker.state !== 'closed' ? `, breaker ${breaker.state}` : ''}`}
        title={`${formatLink(edge.id)}\n${numbers}`}
        className="block size-5 rounded-full opacity-0 hover:bg-accent-soft hover:opacity-100 focus-visible:opacity-100"
      />
      {fault && (
        <button
          type="button"
          onClick={data.onChoose}
          data-testid={`fault-on-${edge.id}`}
          className={clsx(
            'absolute left-1/2 flex h-5 -translate-x-1/2 items-center gap-1 rounded-full bg-fault px-2 text-xs font-semibold whitespace-nowrap text-on-fault tabular-nums',
            short ? 'bottom-13' : 'bottom-5.5',
          )}
        >
          {short && (
            <i aria-hidden className="absolute top-full left-1/2 h-9.5 w-px bg-fault opacity-60" />
          )}
          <Zap size={10} fill="currentColor" aria-hidden />
          {shortSummary(fault.summary)} · {formatCountdown(fault.expiresAt - now)}
        </button>
      )}
      {breaker && breaker.state !== 'closed' && (
        <span className="pointer-events-none absolute top-5.5 left-1/2 -translate-x-1/2">
          <Badge
            tone={breaker.state === 'open' ? 'bad' : 'warn'}
            filled={breaker.state === 'open'}
            data-testid={`breaker-${edge.id}`}
            data-state={breaker.state}
            className={clsx(
              'whitespace-nowrap',
              breaker.state === 'half-open' && 'border border-warn',
            )}
          >
            {breaker.state === 'open' ? 'open' : 'half-open'}
          </Badge>
        </span>
      )}
    </div>
  );
}

/** What fits a pill: a summary without its spread, and without its kind where a value says it: `2 s`. */
function shortSummary(summary: string): string {
  const first = summary.split(' ± ')[0] ?? summary;
  return first.replace(/^latency (?=\d)/, '').slice(0, 20);
}
