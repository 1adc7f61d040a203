'use client';
import type { Mark } from '@faultline/server/contract';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState, type PointerEvent } from 'react';
import { cursor } from '@/lib/cursor.ts';
import { formatDuration, formatPercent, formatRate, formatTime } from '@/lib/format.ts';
import { useStore } from '@/lib/store.ts';
import { usePageHref } from '@/lib/url-state.ts';
import { AXIS_Y, CHART_PX, lanesOf, type Lane } from './lanes.ts';
import { stepFor, timeAt, timeTicks, xOf, type Span } from './scale.ts';
import { Bands, Ticks } from './strip-marks.tsx';
import { linePath, nearest, type Chosen, type RedPoint } from './series.ts';

/** Room on the right for the newest values. */
const LABELS_PX = 84;
const CLICK_PX = 4;

/** The drawing of the strip: lanes, bands, marks, selection and cursor. */
export function StripChart(props: {
  chosen: Chosen;
  span: Span;
  now: number;
  points: readonly RedPoint[];
  marks: readonly Mark[];
  range: Span | null;
  width: number;
  onRange: (range: Span | null) => void;
  onZoom: (at: number, factor: number) => void;
}) {
  const { span, points, marks, range, width } = props;
  const plot = Math.max(1, width - LABELS_PX);
  const x = (at: number) => xOf(at, span, plot);
  const lanes = lanesOf(points.filter((point) => point.at >= span.from));
  const gapMs = stepFor(span) * 3;
  const { svg, drag, handlers } = useDragging(props, plot);
  const shown = drag ?? range;
  return (
    <svg
      ref={svg}
      width={width}
      height={CHART_PX}
      viewBox={`0 0 ${width} ${CHART_PX}`}
      role="img"
      aria-label={`Rate, errors and p95 of ${props.chosen.service}: ${lanes.map((lane) => `${lane.label} ${lane.newest}`).join(', ')}`}
      className="block touch-pan-y cursor-crosshair select-none"
      {...handlers}
    >
      <clipPath id="strip-plot">
        <rect width={plot} height={CHART_PX} />
      </clipPath>
      <g clipPath="url(#strip-plot)">
        <Bands marks={marks} span={span} now={props.now} x={x} plot={plot} />
        {lanes.map((lane) => (
          <LaneCurve key={lane.key} lane={lane} points={points} x={x} gapMs={gapMs} />
        ))}
        <Ticks marks={marks} span={span} x={x} plot={plot} />
        {shown && <Selection from={x(shown.from)} to={x(shown.to)} />}
      </g>
      {lanes.map((lane) => (
        <g key={lane.key} fontSize={10} fill="var(--text-faint)">
          <line x2={width} y1={lane.bottom + 0.5} y2={lane.bottom + 0.5} stroke="var(--line)" />
          <text x={plot + 8} y={lane.top + 9}>
            {lane.label}
          </text>
          <text x={plot + 8} y={lane.top + 21} fontSize={11} fill="var(--text-normal)">
            {lane.newest}
          </text>
        </g>
      ))}
      {timeTicks(span, plot)
        .filter((at) => x(at) > 24)
        .map((at) => (
          <g key={at}>
            <line x1={x(at)} x2={x(at)} y1={AXIS_Y} y2={AXIS_Y + 4} stroke="var(--line-strong)" />
            <text
              x={x(at)}
              y={AXIS_Y + 14}
              fontSize={10}
              textAnchor="middle"
              fill="var(--text-faint)"
            >
              {formatTime(at)}
            </text>
          </g>
        ))}
      <Cursor points={points} x={x} plot={plot} gapMs={gapMs} span={span} />
    </svg>
  );
}

function LaneCurve({
  lane,
  points,
  x,
  gapMs,
}: {
  lane: Lane;
  points: readonly RedPoint[];
  x: (at: number) => number;
  gapMs: number;
}) {
  const values = points.map((point) => ({ at: point.at, value: lane.value(point) }));
  const path = linePath(values, x, lane.y, gapMs);
  const area = lane.filled
    ? path
        .split('M')
        .filter(Boolean)
        .map((piece) => {
          const xs = [...piece.matchAll(/(?:^|L)([\d.-]+) /g)].map((match) => match[1]);
          return `M${piece}L${xs.at(-1)} ${lane.bottom}L${xs[0]} ${lane.bottom}Z`;
        })
        .join('')
    : '';
  return (
    <g data-testid={`strip-${lane.key}`}>
      {area !== '' && <path d={area} fill={lane.colour} opacity={0.12} />}
      <path d={path} fill="none" stroke={lane.colour} strokeWidth={1.4} strokeLinejoin="round" />
    </g>
  );
}

function Selection({ from, to }: { from: number; to: number }) {
  return (
    <g pointerEvents="none">
      <rect x={from} width={Math.max(1, to - from)} height={AXIS_Y} fill="var(--accent-soft)" />
      <path d={`M${from} 0v${AXIS_Y}M${to} 0v${AXIS_Y}`} stroke="var(--accent)" />
    </g>
  );
}

function Cursor({
  points,
  x,
  plot,
  gapMs,
  span,
}: {
  points: readonly RedPoint[];
  x: (at: number) => number;
  plot: number;
  gapMs: number;
  span: Span;
}) {
  const at = useStore(cursor);
  if (at === null || at < span.from || at > span.to) return null;
  const point = nearest(points, at, gapMs);
  const left = x(at);
  const text = point
    ? `${formatTime(point.at)}   ${formatRate(point.ratePerS)} req/s   ${formatPercent(point.errorRatio)} (${point.errorCount} of ${point.count})   p95 ${formatDuration(point.p95Ms)}`
    : formatTime(at);
  const room = text.length * 5.7 + 12;
  const start = Math.min(Math.max(0, left - room / 2), plot - room);
  return (
    <g pointerEvents="none">
      <line x1={left} x2={left} y2={AXIS_Y} stroke="var(--text-muted)" />
      <rect
        x={start}
        y={26}
        width={room}
        height={17}
        rx={4}
        fill="var(--surface-raised)"
        stroke="var(--line-strong)"
      />
      <text x={start + 6} y={38} fontSize={11} fill="var(--text-strong)" xmlSpace="preserve">
        {text}
      </text>
    </g>
  );
}

/** Drag selects a range, a click on a red point opens the failed traces behind it, the wheel zooms. */
function useDragging(props: Parameters<typeof StripChart>[0], plot: number) {
  const { span, points, chosen, onRange, onZoom } = props;
  const router = useRouter();
  const href = usePageHref();
  const svg = useRef<SVGSVGElement>(null);
  const begun = useRef<{ x: number; at: number; span: Span } | null>(null);
  const [drag, setDrag] = useState<Span | null>(null);
  const local = (event: { clientX: number }) =>
    event.clientX - (svg.current?.getBoundingClientRect().left ?? 0);
  const latest = useRef({ span, onZoom, plot });
  useEffect(() => {
    latest.current = { span, onZoom, plot };
  });
  useEffect(() => {
    const element = svg.current;
    if (!element) return;
    // React's own wheel listener is passive: the page would scroll along.
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const { span: now, plot: room, onZoom: zoom } = latest.current;
      const x = event.clientX - element.getBoundingClientRect().left;
      zoom(timeAt(x, now, room), event.deltaY > 0 ? 1.25 : 0.8);
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, []);
  const down = (event: PointerEvent<SVGSVGElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    begun.current = { x: local(event), at: timeAt(local(event), span, plot), span };
  };
  const move = (event: PointerEvent<SVGSVGElement>) => {
    cursor.set(timeAt(local(event), span, plot));
    const start = begun.current;
    if (!start || Math.abs(local(event) - start.x) < CLICK_PX) return;
    const at = timeAt(local(event), start.span, plot);
    setDrag({ from: Math.min(start.at, at), to: Math.max(start.at, at) });
  };
  const up = (event: PointerEvent<SVGSVGElement>) => {
    const start = begun.current;
    begun.current = null;
    setDrag(null);
    if (!start) return;
    if (Math.abs(local(event) - start.x) >= CLICK_PX) {
      const at = timeAt(local(event), start.span, plot);
      onRange({ from: Math.min(start.at, at), to: Math.max(start.at, at) });
      return;
    }
    const stepMs = stepFor(span);
    const point = nearest(points, start.at, stepMs * 2);
    if (point && point.errorCount > 0) {
      const range = { from: Math.round(point.at - stepMs), to: Math.round(point.at + 2 * stepMs) };
      router.push(href('/traces', { service: chosen.service, status: 'error', ...range }));
    }
  };
  return {
    svg,
    drag,
    handlers: {
      onPointerDown: down,
      onPointerMove: move,
      onPointerUp: up,
      onPointerLeave: () => cursor.set(null),
    },
  };
}
