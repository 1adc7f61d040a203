'use client';
import type { RedSeries } from '@faultline/collector/contract';
import type { Mark } from '@faultline/server/contract';
import { memo, useMemo, useRef, type ReactElement } from 'react';
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceArea,
  ResponsiveContainer,
  XAxis,
  YAxis,
} from 'recharts';
import { useServerNow } from '@/components/relative-time.tsx';
import { cursor } from '@/lib/cursor.ts';
import {
  formatDuration,
  formatPercent,
  formatRate,
  formatSetting,
  formatTime,
} from '@/lib/format.ts';
import { useStore } from '@/lib/store.ts';
import { FAULT_AREA, GRID, TIME_AXIS, VALUE_AXIS } from '../strip/chart-props.ts';
import { CursorLine } from '../strip/cursor-line.tsx';
import { bandsIn, type Band } from '../strip/marks.ts';
import { timeTicks, type Span } from '../strip/scale.ts';
import { useStripMarks } from '../strip/strip-state.ts';
import { decades, redRows, roundUp, type RedRow } from './red-rows.ts';

/** Room for the values of the axes on the left and a little air on the right, pixels. */
const LEFT_PX = 46;
const RIGHT_PX = 6;

/** Rate, errors and latency on one time axis, with faults as bands and the cursor of the strip. */
export function RedChart({ series }: { series: RedSeries }) {
  const rows = useMemo(() => redRows(series.points), [series]);
  const span = useMemo(() => ({ from: series.from, to: series.to }), [series]);
  const marks = useStripMarks(span);
  const now = useServerNow(5000);
  const box = useRef<HTMLDivElement>(null);
  return (
    <div
      ref={box}
      data-testid="red-chart"
      role="img"
      aria-label={describe(rows)}
      className="relative -ml-1 select-none"
      onPointerMove={(event) => {
        const { left, width } = event.currentTarget.getBoundingClientRect();
        const share = (event.clientX - left - LEFT_PX) / (width - LEFT_PX - RIGHT_PX);
        const inside = share >= 0 && share <= 1;
        cursor.set(inside ? span.from + share * (span.to - span.from) : null);
      }}
      onPointerLeave={() => cursor.set(null)}
    >
      <Readout rows={rows} stepMs={series.stepMs} />
      <Lanes rows={rows} span={span} marks={marks} now={now} />
      <CursorLine span={span} leftPx={LEFT_PX} rightPx={RIGHT_PX} />
    </div>
  );
}

function describe(rows: readonly RedRow[]): string {
  const newest = rows.findLast((row) => row.calls > 0);
  if (!newest) return 'Rate, errors and latency over time';
  return `Rate, errors and latency over time; newest: ${readout(newest)}`;
}

function readout(row: RedRow): string {
  const errors = row.errors === null ? 'no calls' : `${formatPercent(row.errors)} errors`;
  return `${formatRate(row.rate)} /s, ${errors} (${row.failed} of ${row.calls}), p50 ${formatDuration(row.p50)}, p95 ${formatDuration(row.p95)}, p99 ${formatDuration(row.p99)}`;
}

/** The values under the cursor, else the newest: also the legend. */
function Readout({ rows, stepMs }: { rows: readonly RedRow[]; stepMs: number }) {
  const at = useStore(cursor);
  const under = at === null ? undefined : rows.find((row) => row.at <= at && at < row.at + stepMs);
  const row = under ?? rows.findLast((candidate) => candidate.calls > 0);
  if (!row) return null;
  return (
    <p className="mb-1 flex flex-wrap gap-x-3 pl-1 text-xs text-muted tabular-nums">
      <span className="text-faint">{formatTime(row.at)}</span>
      {(['p50', 'p95', 'p99'] as const).map((key) => (
        <span key={key} className="flex items-center gap-1">
          <i className="h-[3px] w-2.5 rounded-full" style={{ background: `var(--${key})` }} />
          {key} <span className="text-normal">{formatDuration(row[key])}</span>
        </span>
      ))}
      {row.failed > 0 && (
        <span className="text-bad">
          {row.failed} of {row.calls} failed
        </span>
      )}
    </p>
  );
}

const Lanes = memo(function Lanes({
  rows,
  span,
  marks,
  now,
}: {
  rows: RedRow[];
  span: Span;
  marks: readonly Mark[];
  now: number;
}) {
  const bands = bandsIn(marks, span, now);
  const most = (of: (row: RedRow) => number | null) =>
    Math.max(0, ...rows.map((row) => of(row) ?? 0));
  const rateHigh = roundUp(
    most((row) => row.rate),
    1,
  );
  const errorHigh = Math.min(
    1,
    roundUp(
      most((row) => row.errors),
      0.05,
    ),
  );
  const latency = decades(rows);
  return (
    <>
      <Lane
        rows={rows}
        span={span}
        bands={bands}
        height={58}
        y={linear(rateHigh, (value) => `${value} /s`)}
      >
        <Area dataKey="rate" fill="var(--p50)" fillOpacity={0.12} stroke="var(--p50)" {...CURVE} />
      </Lane>
      <Lane rows={rows} span={span} bands={bands} height={58} y={linear(errorHigh, formatPercent)}>
        <Area
          dataKey="errors"
          fill="var(--bad)"
          fillOpacity={0.16}
          stroke="var(--bad)"
          {...CURVE}
        />
      </Lane>
      <Lane
        rows={rows}
        span={span}
        bands={bands}
        height={136}
        withTime
        y={{
          scale: 'log',
          domain: [latency[0] ?? 1, latency.at(-1) ?? 1000],
          ticks: latency,
          tickFormatter: (value) => formatSetting(value).replace(' ', '\u00a0'),
        }}
      >
        {(['p99', 'p95', 'p50'] as const).map((key) => (
          <Line key={key} dataKey={key} stroke={`var(--${key})`} dot={false} {...CURVE} />
        ))}
      </Lane>
    </>
  );
});

const CURVE = {
  type: 'linear',
  strokeWidth: 1.4,
  isAnimationActive: false,
  connectNulls: false,
  activeDot: false,
} as const;

interface YScale {
  scale: 'linear' | 'log';
  domain: [number, number];
  ticks: number[];
  tickFormatter: (value: number) => string;
}

function linear(high: number, tickFormatter: (value: number) => string): YScale {
  return { scale: 'linear', domain: [0, high], ticks: [0, high], tickFormatter };
}

function Lane({
  rows,
  span,
  bands,
  height,
  y,
  withTime = false,
  children,
}: {
  rows: RedRow[];
  span: Span;
  bands: readonly Band[];
  height: number;
  y: YScale;
  withTime?: boolean;
  children: ReactElement | ReactElement[];
}) {
  return (
    <ResponsiveContainer width="100%" height={height}>
      <ComposedChart
        data={rows}
        accessibilityLayer={false}
        margin={{ top: 11, right: RIGHT_PX, bottom: withTime ? 0 : 4, left: 0 }}
      >
        <CartesianGrid {...GRID} />
        {bands.map((band) => (
          <ReferenceArea key={band.mark.id} x1={band.from} x2={band.to} {...FAULT_AREA} />
        ))}
        <XAxis
          {...TIME_AXIS}
          dataKey="at"
          scale="time"
          domain={[span.from, span.to]}
          ticks={timeTicks(span, 290, 90)}
          tickFormatter={(at: number) => formatTime(at)}
          hide={!withTime}
        />
        <YAxis {...VALUE_AXIS} {...y} width={LEFT_PX} allowDataOverflow />
        {children}
      </ComposedChart>
    </ResponsiveContainer>
  );
}
