'use client';
import type { TraceSummary } from '@faultline/collector/contract';
import { useRef, useState, type PointerEvent } from 'react';
import { formatDuration, formatTime } from '@/lib/format.ts';
import { setUrl } from '@/lib/url-state.ts';
import { openTrace } from './open-trace.ts';
import { scatterScale } from './scatter-scale.ts';

interface Corner {
  x: number;
  y: number;
}

/** A drag shorter than this share of the width is a click. */
const CLICK = 0.005;

/** Duration over time, one dot a trace. Drag selects a box: range and durations go to the search. */
export function Scatter({
  traces,
  range,
}: {
  traces: readonly TraceSummary[];
  range: { from: number; to: number } | null;
}) {
  const scale = scatterScale(traces, range);
  const area = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ from: Corner; to: Corner } | null>(null);
  const cornerOf = (event: PointerEvent): Corner => {
    const box = area.current?.getBoundingClientRect();
    if (!box) return { x: 0, y: 0 };
    const inside = (share: number) => Math.max(0, Math.min(1, share));
    return {
      x: inside((event.clientX - box.left) / box.width),
      y: inside(1 - (event.clientY - box.top) / box.height),
    };
  };
  const finish = () => {
    setDrag(null);
    if (!drag || Math.abs(drag.to.x - drag.from.x) < CLICK) return;
    const [left, right] = [drag.from.x, drag.to.x].sort((a, b) => a - b) as [number, number];
    const [low, high] = [drag.from.y, drag.to.y].sort((a, b) => a - b) as [number, number];
    setUrl(
      {
        from: String(Math.floor(scale.timeAt(left))),
        to: String(Math.ceil(scale.timeAt(right))),
        minMs: scale.durationAt(low).toPrecision(3),
        maxMs: scale.durationAt(high).toPrecision(3),
      },
      'push',
    );
  };
  return (
    <figure
      aria-label={`Durations of ${traces.length} traces over time`}
      className="flex h-31 shrink-0 border-b border-line py-2 pr-3.5 select-none max-md:hidden"
    >
      <div aria-hidden className="relative w-15 text-right text-xs text-faint">
        {scale.ticksMs.map((ms) => (
          <span
            key={ms}
            className="absolute right-2 translate-y-1/2"
            style={{ bottom: `calc(${scale.y(ms) * 100}% * .86 + 14%)` }}
          >
            {formatDuration(ms)}
          </span>
        ))}
      </div>
      <div className="flex min-w-0 flex-1 flex-col">
        <div
          ref={area}
          className="relative min-h-0 flex-1 cursor-crosshair border-b border-l border-line"
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            const corner = cornerOf(event);
            setDrag({ from: corner, to: corner });
          }}
          onPointerMove={(event) => drag && setDrag({ ...drag, to: cornerOf(event) })}
          onPointerUp={finish}
          onPointerCancel={() => setDrag(null)}
        >
          {scale.ticksMs.slice(1, -1).map((ms) => (
            <i
              key={ms}
              aria-hidden
              className="absolute inset-x-0 border-t border-line"
              style={{ bottom: `${scale.y(ms) * 100}%` }}
            />
          ))}
          <Dots traces={inRange(traces, scale)} x={scale.x} y={scale.y} />
          {drag && <Box drag={drag} />}
        </div>
        <div aria-hidden className="flex justify-between pt-0.5 text-xs text-faint tabular-nums">
          <span>{formatTime(scale.from)}</span>
          <span>newest and slowest · drag to select</span>
          <span>{formatTime(scale.to)}</span>
        </div>
      </div>
    </figure>
  );
}

/** While another range is being asked for, the traces of the former one are still at hand. */
function inRange(
  traces: readonly TraceSummary[],
  { from, to }: { from: number; to: number },
): readonly TraceSummary[] {
  return traces.filter(({ startedAt }) => startedAt >= from && startedAt <= to);
}

function Dots({
  traces,
  x,
  y,
}: {
  traces: readonly TraceSummary[];
  x: (at: number) => number;
  y: (ms: number) => number;
}) {
  return (
    <>
      {traces.map((trace) => {
        const failed = trace.errorCount > 0;
        return (
          <button
            key={trace.traceId}
            type="button"
            tabIndex={-1}
            aria-label={`${trace.operation}, ${formatDuration(trace.durationMs)}`}
            title={`${trace.service} ${trace.operation} · ${formatDuration(trace.durationMs)}`}
            onClick={() => openTrace(trace.traceId)}
            className="absolute size-[7px] -translate-x-1/2 translate-y-1/2 hover:scale-175"
            style={{
              left: `${x(trace.startedAt) * 100}%`,
              bottom: `${y(trace.durationMs) * 100}%`,
              background: failed ? 'var(--bad)' : 'var(--p50)',
              opacity: failed ? 1 : 0.75,
              borderRadius: failed ? 1 : 9,
              rotate: failed ? '45deg' : undefined,
            }}
          />
        );
      })}
    </>
  );
}

function Box({ drag: { from, to } }: { drag: { from: Corner; to: Corner } }) {
  return (
    <i
      aria-hidden
      className="absolute border border-accent bg-accent-soft"
      style={{
        left: `${Math.min(from.x, to.x) * 100}%`,
        width: `${Math.abs(to.x - from.x) * 100}%`,
        bottom: `${Math.min(from.y, to.y) * 100}%`,
        height: `${Math.abs(to.y - from.y) * 100}%`,
      }}
    />
  );
}
