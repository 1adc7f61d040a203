'use client';
import type { BreakerLane } from '@faultline/collector/contract';
import { useEffect, useRef } from 'react';

type Call = BreakerLane['calls'][number];

const TICKS: Readonly<Record<Call['outcome'], { token: string; height: number; alpha: number }>> = {
  ok: { token: '--ok', height: 7, alpha: 0.55 },
  failed: { token: '--bad', height: 12, alpha: 1 },
  slow: { token: '--warn', height: 10, alpha: 1 },
  /** Rejected calls never went out: a short tick. */
  rejected: { token: '--text-faint', height: 4, alpha: 1 },
};
/** Drawn in this order: the one failure among thousands of good calls stands in front. */
const ORDER = ['ok', 'rejected', 'slow', 'failed'] as const;
const HEIGHT = 14;
const TICK_WIDTH = 1.4;

/** Calls as ticks over time; on a canvas, since a page of lanes has ten thousand of them. */
export function CallsCanvas({
  calls,
  from,
  to,
}: {
  calls: readonly Call[];
  from: number;
  to: number;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const draw = () => drawCalls(element, calls, from, to);
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
  }, [calls, from, to]);
  return (
    <canvas
      ref={canvas}
      aria-hidden
      className="absolute inset-x-0 top-1.5 w-full"
      style={{ height: HEIGHT }}
    />
  );
}

function drawCalls(
  element: HTMLCanvasElement,
  calls: readonly Call[],
  from: number,
  to: number,
): void {
  const context = element.getContext('2d');
  const { width } = element.getBoundingClientRect();
  if (!context || width === 0) return;
  const ratio = window.devicePixelRatio;
  element.width = Math.round(width * ratio);
  element.height = HEIGHT * ratio;
  context.scale(ratio, ratio);
  const styles = getComputedStyle(element);
  for (const outcome of ORDER) {
    const { token, height, alpha } = TICKS[outcome];
    context.fillStyle = styles.getPropertyValue(token);
    context.globalAlpha = alpha;
    for (const call of calls) {
      if (call.outcome !== outcome || call.at < from || call.at > to) continue;
      const x = ((call.at - from) / (to - from)) * width;
      context.fillRect(x - TICK_WIDTH / 2, HEIGHT - height, TICK_WIDTH, height);
    }
  }
}
