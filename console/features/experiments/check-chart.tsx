'use client';
import type { VariantView } from '@faultline/server/contract';
import { memo } from 'react';
import {
  CartesianGrid,
  Line,
  LineChart,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  XAxis,
  YAxis,
} from 'recharts';
import { formatCountdown, NOTHING } from '@/lib/format.ts';
import { useStore } from '@/lib/store.ts';
import { AXIS_PX, FAULT_AREA, GRID, TIME_AXIS, VALUE_AXIS } from '../strip/chart-props.ts';
import { timeTicks } from '../strip/scale.ts';
import { formatTick, valueAt, type CheckSeries } from './check-series.ts';
import type { FaultBand } from './fault-bands.ts';
import { moment, pointAt } from './moment.ts';
import { formatValue, titled, unitWords } from './value-words.ts';
import { VariantStroke } from './variant-stroke.tsx';
import { variantLine } from './variant-words.ts';

const LEFT_PX = 52;
const RIGHT_PX = 10;
const TOP_PX = 8;
const HEIGHT_PX = 158;

/** One check over time: a line a variant, its tolerance, what we broke as violet bands. */
export function CheckChart({
  series,
  bands,
  spanMs,
  shown,
}: {
  series: CheckSeries;
  bands: readonly FaultBand[];
  /** Where the axis ends, milliseconds since a variant began. */
  spanMs: number;
  /** The variant in whose time the strip follows the pointer. */
  shown: VariantView | undefined;
}) {
  return (
    <figure
      data-testid={`check-${series.id}`}
      className="min-w-0 rounded-lg border border-line bg-raised px-3.5 pt-3 pb-2"
    >
      <figcaption className="flex items-baseline justify-between gap-3">
        <b className="min-w-0 font-semibold text-strong">{titled(series.title)}</b>
        <span className="text-right text-sm text-faint">
          {[unitWords(series.unit), `${series.expect} ${series.when}`.trim()]
            .filter(Boolean)
            .join(', ')}
        </span>
      </figcaption>
      <Readout series={series} />
      <div
        role="img"
        aria-label={describe(series)}
        className="relative -ml-2 select-none"
        onPointerMove={(event) => {
          const { left, width } = event.currentTarget.getBoundingClientRect();
          const share = (event.clientX - left - LEFT_PX) / (width - LEFT_PX - RIGHT_PX);
          pointAt(share >= 0 && share <= 1 ? share * spanMs : null, shown);
        }}
        onPointerLeave={() => pointAt(null, shown)}
      >
        <Plot series={series} bands={bands} spanMs={spanMs} />
        <MomentLine spanMs={spanMs} />
      </div>
    </figure>
  );
}

function describe({ title, expect, unit, lines }: CheckSeries): string {
  const newest = lines.map(({ variant, points }) => {
    const last = points.findLast((point) => point.value !== null);
    return `${variant} ${formatValue(last?.value ?? null, unit)}`;
  });
  return `${title} over time, expected ${expect}; newest: ${newest.join(', ') || 'nothing yet'}`;
}

/** The values under the pointer, else the newest ones: also the legend. */
function Readout({ series: { lines, unit } }: { series: CheckSeries }) {
  const at = useStore(moment);
  return (
    <p className="mt-0.5 mb-1 flex min-h-4.5 flex-wrap gap-x-3 text-xs text-muted tabular-nums">
      {lines.length === 0 && <span className="text-faint">not measured yet</span>}
      {lines.map((line) => {
        const point = at === null ? line.points.at(-1) : valueAt(line, at);
        return (
          <span key={line.variant} className="flex items-center gap-1.5">
            <VariantStroke index={line.index} widthPx={14} />
            {line.variant}{' '}
            <span className="text-normal">
              {point === undefined ? NOTHING : formatValue(point.value, unit)}
            </span>
          </span>
        );
      })}
      {at !== null && lines.length > 0 && (
        <span className="ml-auto text-faint">+{formatCountdown(at)}</span>
      )}
    </p>
  );
}

const Plot = memo(function Plot({
  series,
  bands,
  spanMs,
}: {
  series: CheckSeries;
  bands: readonly FaultBand[];
  spanMs: number;
}) {
  const { axis, lines, limits } = series;
  const words = axis.scale === 'words';
  return (
    <ResponsiveContainer width="100%" height={HEIGHT_PX}>
      <LineChart
        accessibilityLayer={false}
        margin={{ top: TOP_PX, right: RIGHT_PX, bottom: 0, left: 0 }}
      >
        <CartesianGrid {...GRID} />
        {bands.map((band) => (
          <ReferenceArea
            key={band.key}
            x1={band.fromMs}
            x2={Math.min(band.toMs ?? spanMs, spanMs)}
            {...FAULT_AREA}
            fillOpacity={FAULT_AREA.fillOpacity / band.of}
            strokeOpacity={1 / band.of}
            ifOverflow="hidden"
          />
        ))}
        <XAxis
          {...TIME_AXIS}
          dataKey="ms"
          domain={[0, spanMs]}
          ticks={timeTicks({ from: 0, to: spanMs }, 420, 64)}
          tickFormatter={(ms: number) => formatCountdown(ms)}
        />
        <YAxis
          {...VALUE_AXIS}
          scale={axis.scale === 'log' ? 'log' : 'linear'}
          domain={axis.domain}
          ticks={axis.ticks}
          tickFormatter={(tick: number) => formatTick(series, tick)}
          width={LEFT_PX}
          allowDataOverflow
        />
        {limits.map((limit) => (
          <ReferenceLine
            key={limit}
            y={limit}
            stroke="var(--text-muted)"
            strokeDasharray="4 4"
            ifOverflow="hidden"
          />
        ))}
        {lines.map((line) => {
          const { colour, dash } = variantLine(line.index);
          return (
            <Line
              key={line.variant}
              data={line.points}
              dataKey="y"
              name={line.variant}
              type={words ? 'stepAfter' : 'linear'}
              stroke={colour}
              strokeWidth={1.6}
              {...(dash === undefined ? {} : { strokeDasharray: dash })}
              dot={false}
              activeDot={false}
              isAnimationActive={false}
              connectNulls={false}
            />
          );
        })}
      </LineChart>
    </ResponsiveContainer>
  );
});

function MomentLine({ spanMs }: { spanMs: number }) {
  const at = useStore(moment);
  if (at === null || at > spanMs) return null;
  return (
    <i
      aria-hidden
      className="pointer-events-none absolute w-px bg-muted"
      style={{
        top: TOP_PX,
        bottom: AXIS_PX,
        left: `calc(${LEFT_PX}px + (100% - ${LEFT_PX + RIGHT_PX}px) * ${at / spanMs})`,
      }}
    />
  );
}
