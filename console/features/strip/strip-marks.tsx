'use client';
import type { Mark } from '@faultline/server/contract';
import { formatTime } from '@/lib/format.ts';
import { AXIS_Y, OURS_Y, THEIRS_Y } from './lanes.ts';
import { bandsIn, labelPlacer, ticksIn, type Label, type Tick } from './marks.ts';
import type { Span } from './scale.ts';

/** Faults as violet bands, named in the first row above the curves. */
export function Bands({
  marks,
  span,
  now,
  x,
  plot,
}: {
  marks: readonly Mark[];
  span: Span;
  now: number;
  x: (at: number) => number;
  plot: number;
}) {
  const place = labelPlacer(plot);
  return bandsIn(marks, span, now).map(({ mark, from, to }) => {
    const left = x(from);
    const label = place(mark.title, left);
    return (
      <g key={mark.id} data-testid="fault-band">
        <title>{mark.title}</title>
        <rect x={left} width={Math.max(1, x(to) - left)} height={AXIS_Y} fill="var(--fault-soft)" />
        <line x1={left} x2={left} y2={AXIS_Y} stroke="var(--fault)" />
        {label && <Words label={label} x={left} y={OURS_Y} fill="var(--fault)" />}
      </g>
    );
  });
}

function Words({ label, x, y, fill }: { label: Label; x: number; y: number; fill: string }) {
  const before = label.side === 'before';
  return (
    <text
      x={before ? x - 5 : x + 5}
      y={y}
      textAnchor={before ? 'end' : 'start'}
      fontSize={10}
      fill={fill}
      stroke="var(--surface-sunken)"
      strokeWidth={3}
      paintOrder="stroke"
    >
      {label.text}
    </text>
  );
}

const SEVERITY = { info: 'var(--ok)', warn: 'var(--warn)', bad: 'var(--bad)' } as const;

/** What happened, named in the second row above the curves; what we did, as marks on the axis. */
export function Ticks({
  marks,
  span,
  x,
  plot,
}: {
  marks: readonly Mark[];
  span: Span;
  x: (at: number) => number;
  plot: number;
}) {
  const side = (wanted: Mark['side']) =>
    marks.filter((mark) => mark.side === wanted || mark.kind === 'fault');
  return (
    <>
      {ticksIn(side('theirs'), span, x, plot).map((tick) => (
        <g key={tick.mark.id} data-testid="strip-mark">
          <title>{titleOf(tick)}</title>
          <line
            x1={x(tick.mark.at)}
            x2={x(tick.mark.at)}
            y1={THEIRS_Y - 8}
            y2={AXIS_Y}
            stroke={SEVERITY[tick.mark.severity]}
            strokeDasharray="2 3"
            opacity={0.75}
          />
          {/* A line of one pixel is hard to hit. */}
          <rect x={x(tick.mark.at) - 4} y={THEIRS_Y - 8} width={8} height={AXIS_Y} opacity={0} />
          {tick.label && (
            <Words
              label={tick.label}
              x={x(tick.mark.at)}
              y={THEIRS_Y}
              fill={SEVERITY[tick.mark.severity]}
            />
          )}
        </g>
      ))}
      {ticksIn(side('ours'), span, x, plot).map((tick) => (
        <g key={tick.mark.id} data-testid="strip-mark-ours">
          <title>{titleOf(tick)}</title>
          <path d={`M${x(tick.mark.at)} ${AXIS_Y}l-4 -6h8z`} fill="var(--fault)" />
          {tick.label && (
            <Words label={tick.label} x={x(tick.mark.at) + 1} y={AXIS_Y - 3} fill="var(--fault)" />
          )}
        </g>
      ))}
    </>
  );
}

function titleOf({ marks }: Tick): string {
  const shown = marks.slice(0, 8).map((mark) => `${formatTime(mark.at)} ${mark.title}`);
  const rest = marks.length - shown.length;
  return [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n');
}
