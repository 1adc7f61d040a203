/** The part of a trace that is shown, milliseconds from its start. */
export interface Viewport {
  fromMs: number;
  toMs: number;
}

/** Zooming in ends here: below it a pixel is less than a nanosecond. */
const SMALLEST_MS = 0.001;

/** Shows everything. */
export function wholeTrace(durationMs: number): Viewport {
  return { fromMs: 0, toMs: Math.max(durationMs, SMALLEST_MS) };
}

/** Work after the request counts as long when it takes this share of the request or more. */
const LONG_TAIL = 0.15;
/** Shown after the end of the request, as a share of it: that it ended can be seen. */
const MARGIN = 0.03;

/**
 * What is shown first: everything, unless work goes on so long after the request has been answered
 * that the request itself would be squeezed; then the request and a little more.
 *
 * @param request start and end of the request, milliseconds from the start of the trace
 */
export function firstView(
  request: { startMs: number; endMs: number } | undefined,
  durationMs: number,
): Viewport {
  const whole = wholeTrace(durationMs);
  if (!request) return whole;
  const size = request.endMs - request.startMs;
  if (size <= 0 || durationMs - request.endMs < size * LONG_TAIL) return whole;
  return clampViewport({ fromMs: 0, toMs: request.endMs + size * MARGIN }, durationMs);
}

/** Keeps a viewport inside the trace; a wrong or empty one becomes the whole. */
export function clampViewport({ fromMs, toMs }: Viewport, durationMs: number): Viewport {
  const whole = wholeTrace(durationMs);
  const from = Math.max(0, Math.min(fromMs, whole.toMs - SMALLEST_MS));
  const to = Math.min(whole.toMs, toMs);
  return Number.isFinite(from) && to - from >= SMALLEST_MS ? { fromMs: from, toMs: to } : whole;
}

/** Moves by a share of what is shown; stops at the ends without changing the size. */
export function pan(viewport: Viewport, share: number, durationMs: number): Viewport {
  const size = viewport.toMs - viewport.fromMs;
  const from = Math.max(0, Math.min(viewport.fromMs + size * share, durationMs - size));
  return clampViewport({ fromMs: from, toMs: from + size }, durationMs);
}

/** Zooms around `centre` (0 left to 1 right); `factor` below 1 zooms in. */
export function zoom(
  viewport: Viewport,
  factor: number,
  durationMs: number,
  centre = 0.5,
): Viewport {
  const size = viewport.toMs - viewport.fromMs;
  const pivot = viewport.fromMs + size * centre;
  const next = Math.min(Math.max(size * factor, SMALLEST_MS), durationMs);
  const from = Math.max(0, Math.min(pivot - next * centre, durationMs - next));
  return clampViewport({ fromMs: from, toMs: from + next }, durationMs);
}

/** Left edge and width of a stretch of time, as shares of the viewport; null when outside. */
export function placeOf(
  startMs: number,
  durationMs: number,
  { fromMs, toMs }: Viewport,
): { left: number; width: number } | null {
  const size = toMs - fromMs;
  const from = Math.max(startMs, fromMs);
  const to = Math.min(startMs + durationMs, toMs);
  if (to < from || startMs > toMs || startMs + durationMs < fromMs) return null;
  return { left: (from - fromMs) / size, width: (to - from) / size };
}
