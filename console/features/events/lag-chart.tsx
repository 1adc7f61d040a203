'use client';
import type { MetricSeries } from '@faultline/collector/contract';
import { memo, useMemo } from 'react';
import {
  CartesianGrid,
  Line,
  LineChart,
  ReferenceArea,
  ResponsiveContainer,
  XAxis,
  YAxis,
} from 'recharts';
import { useServerNow } from '@/components/relative-time.tsx';
import { cursor } from '@/lib/cursor.ts';
import { formatCount, formatTime } from '@/lib/format.ts';
import { serviceColour } from '@/lib/services.ts';
import { useStore } from '@/lib/store.ts';
import { roundUp } from '../map/red-rows.ts';
import { FAULT_AREA, GRID, TIME_AXIS, VALUE_AXIS } from '../strip/chart-props.ts';
import { CursorLine } from '../strip/cursor-line.tsx';
import { bandsIn, type Band } from '../strip/marks.ts';
import { timeTicks, type Span } from '../strip/scale.ts';
import { useStripMarks } from '../strip/strip-state.ts';
import { lagRows, type LagLine } from './lag-words.ts';

const LEFT_PX = 46;
const RIGHT_PX = 8;
const HEIGHT_PX = 190;

type Rows = ReturnType<typeof lagRows>['rows'];

/** Lag over time, with faults as bands and the cursor of the page. */
export function LagChart({ series, by }: { series: MetricSeries; by: 'group' | 'partition' }) {
  const { lines, rows } = useMemo(() => lagRows(series, by), [series, by]);
  const span = useMemo(() => ({ from: series.from, to: series.to }), [series]);
  const bands = bandsIn(useStripMarks(span), span, useServerNow(5000));
  return (
    <div
      data-testid="lag-chart"
      role="img"
      aria-label={describe(lines, rows)}
      className="relative -ml-1 select-none"
      onPointerMove={(event) => {
        const { left, width } = event.currentTarget.getBoundingClientRect();
        const share = (event.clientX - left - LEFT_PX) / (width - LEFT_PX - RIGHT_PX);
        const inside = share >= 0 && share <= 1;
        cursor.set(inside ? span.from + share * (span.to - span.from) : null);
      }}
      onPointerLeave={() => cursor.set(null)}
    >
      <Readout lines={lines} rows={rows} stepMs={series.stepMs} />
      <Plot lines={lines} rows={rows} span={span} bands={bands} />
      <CursorLine span={span} leftPx={LEFT_PX} rightPx={RIGHT_PX} />
    </div>
  );
}

function describe(lines: readonly LagLine[], rows: Rows): string {
  const newest = rows.at(-1);
  const parts = lines.map(({ key }) => `${key} ${newest?.[key] ?? 'unknown'}`);
  return `Messages behind over time; newest: ${parts.join(', ')}`;
}

/** A group has its service's colour; its partitions one each. */
function colourOf({ group, partition }: LagLine): string {
  return partition === null ? serviceColour(group) : `var(--svc-${(partition % 10) + 1})`;
}

/** The values under the cursor, else the newest: also the legend. */
function Readout({
  lines,
  rows,
  stepMs,
}: {
  lines: readonly LagLine[];
  rows: Rows;
  stepMs: number;
}) {
  const at = useStore(cursor);
  const under = at === null ? undefined : rows.find((row) => row.at <= at && at < row.at + stepMs);
  const newest = rows.findLast((row) => lines.some(({ key }) => row[key] !== null));
  const row = under ?? newest;
  if (!row) return null;
  return (
    <p className="mb-1 flex flex-wrap gap-x-3 pl-1 text-xs text-muted tabular-nums">
      <span className="text-faint">{formatTime(row.at)}</span>
      {lines.map((line) => (
        <span key={line.key} className="flex items-center gap-1">
          <i className="h-[3px] w-2.5 rounded-full" style={{ background: colourOf(line) }} />
          {line.partition === null ? line.group : `${line.group}, partition ${line.partition}`}{' '}
          <span className="text-normal">
            {row[line.key] === null ? 'not measured' : formatCount(row[line.key] ?? 0)}
          </span>
        </span>
      ))}
    </p>
  );
}

const Plot = memo(function Plot({
  lines,
  rows,
  span,
  bands,
}: {
  lines: readonly LagLine[];
  rows: Rows;
  span: Span;
  bands: readonly Band[];
}) {
  const most = Math.max(0, ...rows.flatMap((row) => lines.map(({ key }) => row[key] ?? 0)));
  const high = roundUp(most, 10);
  return (
    <ResponsiveContainer width="100%" height={HEIGHT_PX}>
      <LineChart
        data={rows}
        accessibilityLayer={false}
        margin={{ top: 8, right: RIGHT_PX, bottom: 0, left: 0 }}
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
          ticks={timeTicks(span, 700, 110)}
          tickFormatter={(at: number) => formatTime(at)}
        />
        <YAxis
          {...VALUE_AXIS}
          domain={[0, high]}
          ticks={[0, high / 2, high]}
          tickFormatter={(value: number) => formatCount(value)}
          width={LEFT_PX}
        />
        {lines.map((line) => (
          <Line
            key={line.key}
            dataKey={line.key}
            type="linear"
            stroke={colourOf(line)}
            strokeWidth={1.4}
            dot={false}
            activeDot={false}
            isAnimationActive={false}
            connectNulls={false}
          />
        ))}
      </LineChart>
    </ResponsiveContainer>
  );
});
