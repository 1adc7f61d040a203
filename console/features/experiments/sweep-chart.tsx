'use client';
import { CartesianGrid, Line, LineChart, ResponsiveContainer, XAxis, YAxis } from 'recharts';
import type { SweepLine, SweepRows } from './sweep-rows.ts';
import { formatValue, titled } from './value-words.ts';

const TICK = { fontSize: 10, fill: 'var(--text-faint)' } as const;
const MARGIN = { top: 10, right: 16, bottom: 0, left: 0 } as const;

/** A swept parameter against what was measured: a chart a number, so that each keeps its unit. */
export function SweepCharts({ sweep }: { sweep: SweepRows }) {
  return (
    <div className="grid gap-3 xl:grid-cols-2" data-testid="sweep">
      {sweep.lines.map((line) => (
        <SweepChart key={line.id} line={line} sweep={sweep} />
      ))}
    </div>
  );
}

function SweepChart({ line, sweep }: { line: SweepLine; sweep: SweepRows }) {
  const rows = line.points.map(({ at, value }) => ({
    at,
    y: typeof value === 'number' ? value : null,
  }));
  const spoken = line.points.map(
    ({ label, value }) => `${label}: ${formatValue(value, line.unit)}`,
  );
  return (
    <figure className="min-w-0 rounded-lg border border-line bg-raised px-3.5 pt-3 pb-2">
      <figcaption className="flex items-baseline justify-between gap-3">
        <b className="min-w-0 font-semibold text-strong">{titled(line.title)}</b>
        <span className="shrink-0 font-mono text-sm text-faint">by {sweep.field}</span>
      </figcaption>
      <div role="img" aria-label={`${line.title} by ${sweep.field}; ${spoken.join(', ')}`}>
        <ResponsiveContainer width="100%" height={170}>
          <LineChart data={rows} accessibilityLayer={false} margin={MARGIN}>
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis
              dataKey="at"
              type="number"
              domain={[0, Math.max(1, sweep.labels.length - 1)]}
              ticks={sweep.labels.map((_, at) => at)}
              tickFormatter={(at: number) => sweep.labels[at] ?? ''}
              tick={TICK}
              tickLine={false}
              axisLine={{ stroke: 'var(--line-strong)' }}
              height={18}
              padding={{ left: 12, right: 12 }}
            />
            <YAxis
              domain={[0, 'auto']}
              tickFormatter={(value: number) =>
                formatValue(value, line.unit).replace(' ', '\u00a0')
              }
              width={56}
              tick={TICK}
              tickLine={false}
              axisLine={false}
            />
            <Line
              dataKey="y"
              type="linear"
              stroke="var(--svc-1)"
              strokeWidth={1.6}
              dot={{ r: 3, fill: 'var(--svc-1)' }}
              activeDot={false}
              isAnimationActive={false}
            />
          </LineChart>
        </ResponsiveContainer>
      </div>
      <p className="flex flex-wrap gap-x-3 text-xs text-muted tabular-nums">
        {line.points.map(({ label, value }) => (
          <span key={label}>
            {label} <span className="text-normal">{formatValue(value, line.unit)}</span>
          </span>
        ))}
      </p>
    </figure>
  );
}
