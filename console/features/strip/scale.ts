/** A span of time that a chart shows, epoch milliseconds. */
export interface Span {
  from: number;
  to: number;
}

/** Shortest and longest span that can be zoomed to. */
export const SHORTEST_MS = 20_000;
export const LONGEST_MS = 60 * 60_000;

/** Pixel of a moment. */
export function xOf(at: number, span: Span, widthPx: number): number {
  return ((at - span.from) / (span.to - span.from)) * widthPx;
}

/** Moment of a pixel, within the span. */
export function timeAt(x: number, span: Span, widthPx: number): number {
  const share = Math.min(1, Math.max(0, widthPx === 0 ? 0 : x / widthPx));
  return span.from + share * (span.to - span.from);
}

/** A span made longer (`factor` > 1) or shorter around a moment that keeps its place; never beyond `latest`. */
export function zoom(span: Span, around: number, factor: number, latest: number): Span {
  const length = span.to - span.from;
  const next = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, length * factor));
  const share = (around - span.from) / length;
  const to = Math.min(latest, around + (1 - share) * next);
  return { from: to - next, to };
}

/** The span to show for a chosen range: the range in its middle third and nothing of the future. */
export function spanAround(range: Span, latest: number, least: number): Span {
  const length = Math.min(LONGEST_MS, Math.max(least, (range.to - range.from) * 3));
  const to = Math.min(latest, (range.from + range.to) / 2 + length / 2);
  return { from: to - length, to };
}

const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/** Round moments for the axis, at least `minPx` apart. */
export function timeTicks(span: Span, widthPx: number, minPx = 110): number[] {
  const perPx = (span.to - span.from) / Math.max(1, widthPx);
  const stepMs = (STEPS_S.find((step) => (step * 1000) / perPx >= minPx) ?? 3600) * 1000;
  const ticks: number[] = [];
  for (let at = Math.ceil(span.from / stepMs) * stepMs; at <= span.to; at += stepMs) ticks.push(at);
  return ticks;
}

/** Step of the series for a span: as many points as pixels need, at least a second. */
export function stepFor(span: Span, points = 180): number {
  const raw = (span.to - span.from) / points;
  return Math.max(1000, Math.ceil(raw / 1000) * 1000);
}

/** Pixel of a value on a linear axis from 0 to `high`; `top` is where `high` is. */
export function linearY(value: number, high: number, top: number, bottom: number): number {
  return bottom - (high <= 0 ? 0 : Math.min(1, value / high)) * (bottom - top);
}

/** Pixel of a duration on a logarithmic axis between two decades. */
export function logY(
  value: number,
  low: number,
  high: number,
  top: number,
  bottom: number,
): number {
  const bounded = Math.min(high, Math.max(low, value));
  const share = Math.log(bounded / low) / Math.log(high / low);
  return bottom - share * (bottom - top);
}

/** The decades around durations: at least 10 ms to 1 s, so that a calm line does not look wild. */
export function logRange(values: readonly number[]): { low: number; high: number } {
  const least = Math.min(10, ...values.filter((value) => value > 0));
  const most = Math.max(1000, ...values);
  return {
    low: Math.max(0.01, 10 ** Math.floor(Math.log10(least))),
    high: 10 ** Math.ceil(Math.log10(most)),
  };
}
