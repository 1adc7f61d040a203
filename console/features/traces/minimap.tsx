'use client';
import { useEffect, useRef, useState, type PointerEvent } from 'react';
import { serviceColourIndex } from '@/lib/services.ts';
import type { WaterfallRow } from './rows.ts';
import { clampViewport, placeOf, type Viewport } from './viewport.ts';

const HEIGHT = 40;

/** The whole trace in 40 px, on a canvas so that 50,000 spans cost one frame. Drag to zoom. */
export function Minimap({
  rows,
  durationMs,
  faults,
  viewport,
  onZoom,
}: {
  rows: readonly WaterfallRow[];
  durationMs: number;
  /** When we had something broken, milliseconds from the start of the trace. */
  faults: readonly { id: string; fromMs: number; toMs: number }[];
  viewport: Viewport;
  onZoom: (viewport: Viewport) => void;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const draw = () => drawRows(element, rows, durationMs);
    draw();
    const resized = new ResizeObserver(draw);
    resized.observe(element);
    // A canvas does not follow the tokens by itself.
    const themed = new MutationObserver(draw);
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      resized.disconnect();
      themed.disconnect();
    };
  }, [rows, durationMs]);

  const shareOf = (event: PointerEvent<HTMLElement>): number => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
  };
  const finish = () => {
    setDrag(null);
    if (!drag || Math.abs(drag.to - drag.from) < 0.005) return;
    const [from, to] = [drag.from, drag.to].sort((a, b) => a - b) as [number, number];
    onZoom(clampViewport({ fromMs: from * durationMs, toMs: to * durationMs }, durationMs));
  };
  const shown = drag
    ? { from: Math.min(drag.from, drag.to), to: Math.max(drag.from, drag.to) }
    : { from: viewport.fromMs / durationMs, to: viewport.toMs / durationMs };
  return (
    <div
      className="relative cursor-crosshair overflow-hidden rounded-md bg-sunken"
      style={{ height: HEIGHT }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        const share = shareOf(event);
        setDrag({ from: share, to: share });
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, to: shareOf(event) })}
      onPointerUp={finish}
      onPointerCancel={() => setDrag(null)}
      onDoubleClick={() => onZoom({ fromMs: 0, toMs: durationMs })}
      title="Drag to zoom, double click for the whole trace"
    >
      {faults.map(({ id, fromMs, toMs }) => {
        const place = placeOf(fromMs, toMs - fromMs, { fromMs: 0, toMs: durationMs });
        return (
          place && (
            <i
              key={id}
              aria-hidden
              className="absolute inset-y-0 bg-fault-soft"
              style={{ left: `${place.left * 100}%`, width: `${place.width * 100}%` }}
            />
          )
        );
      })}
      <canvas ref={canvas} aria-hidden className="relative h-full w-full" />
      <i
        aria-hidden
        className="absolute inset-y-0 left-0 border-r border-accent bg-sunken/75"
        hidden={shown.from <= 0}
        style={{ width: `${shown.from * 100}%` }}
      />
      <i
        aria-hidden
        className="absolute inset-y-0 right-0 border-l border-accent bg-sunken/75"
        hidden={shown.to >= 1}
        style={{ width: `${(1 - shown.to) * 100}%` }}
      />
    </div>
  );
}

function drawRows(
  element: HTMLCanvasElement,
  rows: readonly WaterfallRow[],
  durationMs: number,
): void {
  const context = element.getContext('2d');
  const { width, height } = element.getBoundingClientRect();
  if (!context || width === 0) return;
  const ratio = window.devicePixelRatio;
  element.width = width * ratio;
  element.height = height * ratio;
  context.scale(ratio, ratio);
  const styles = getComputedStyle(element);
  const rowHeight = Math.min(3, (height - 4) / Math.max(rows.length, 1));
  const colours = new Map<string, string>();
  const valueOf = (token: string): string => {
    const known = colours.get(token) ?? styles.getPropertyValue(token);
    colours.set(token, known);
    return known;
  };
  rows.forEach((row, index) => {
    if (row.kind === 'backoff') return;
    const { span } = row.node;
    const colour = span.status === 'error' ? '--bad' : `--svc-${serviceColourIndex(span.service)}`;
    context.fillStyle = valueOf(colour);
    const left = (row.startMs / durationMs) * width;
    const length = Math.max(1, (row.durationMs / durationMs) * width);
    context.fillRect(left, 2 + index * rowHeight, length, Math.max(rowHeight - 0.6, 0.6));
  });
}
