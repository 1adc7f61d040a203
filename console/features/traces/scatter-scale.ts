import type { TraceSummary } from '@faultline/collector/contract';

/** Where traces stand in the scatter: time to the right, duration upwards on a log scale. */
export interface ScatterScale {
  from: number;
  to: number;
  minMs: number;
  maxMs: number;
  /** Position of a moment, 0 left to 1 right. */
  x: (at: number) => number;
  /** Position of a duration, 0 bottom to 1 top. */
  y: (durationMs: number) => number;
  /** Moment at a position. */
  timeAt: (x: number) => number;
  /** Duration at a position. */
  durationAt: (y: number) => number;
  /** Powers of ten within the range, milliseconds. */
  ticksMs: readonly number[];
}

/** A scale that shows all of `traces`; a chosen range sets the time axis. */
export function scatterScale(
  traces: readonly TraceSummary[],
  range: { from: number; to: number } | null,
): ScatterScale {
  const starts = traces.map((trace) => trace.startedAt);
  const durations = traces.map((trace) => Math.max(trace.durationMs, 0.01));
  const from = range?.from ?? Math.min(...starts);
  const to = Math.max(range?.to ?? Math.max(...starts), from + 1);
  const least = Math.floor(Math.log10(Math.min(...durations)));
  const most = Math.max(Math.ceil(Math.log10(Math.max(...durations))), least + 1);
  const ticksMs = Array.from({ length: most - least + 1 }, (_, step) => 10 ** (least + step));
  return {
    from,
    to,
    minMs: 10 ** least,
    maxMs: 10 ** most,
    x: (at) => (at - from) / (to - from),
    y: (durationMs) => (Math.log10(Math.max(durationMs, 10 ** least)) - least) / (most - least),
    timeAt: (x) => from + x * (to - from),
    durationAt: (y) => 10 ** (least + y * (most - least)),
    ticksMs,
  };
}
