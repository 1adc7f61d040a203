import type { Mark } from '@faultline/server/contract';
import { formatDuration } from '../../lib/format.ts';
import type { Span } from './scale.ts';

/** A fault as a band on the time axis. */
export interface Band {
  mark: Mark;
  from: number;
  to: number;
}

/** A moment on the time axis, with the words that fit beside it. */
export interface Tick {
  mark: Mark;
  /** Null where it would run into its neighbour. */
  label: string | null;
}

/** Bands that reach into the span, cut to it; one that lasts reaches to `now`. */
export function bandsIn(marks: readonly Mark[], span: Span, now: number): Band[] {
  return marks
    .filter((mark) => mark.until !== undefined)
    .map((mark) => ({
      mark,
      from: Math.max(span.from, mark.at),
      to: Math.min(span.to, mark.until ?? now),
    }))
    .filter((band) => band.to > band.from);
}

/** Points within the span, with labels where there is room (about 5.6 px a letter). */
export function ticksIn(
  marks: readonly Mark[],
  span: Span,
  x: (at: number) => number,
  widthPx: number,
): Tick[] {
  let free = -Infinity;
  return marks
    .filter((mark) => mark.until === undefined && mark.at >= span.from && mark.at <= span.to)
    .sort((a, b) => a.at - b.at)
    .map((mark) => {
      const words = `${mark.title}${sinceFault(mark, marks)}`;
      const start = x(mark.at) + 6;
      const end = start + words.length * 5.6;
      if (start < free || end > widthPx) return { mark, label: null };
      free = end + 8;
      return { mark, label: words };
    });
}

/** ` +6.2 s`: how long after the fault under which it happened. */
function sinceFault(mark: Mark, marks: readonly Mark[]): string {
  if (mark.side !== 'theirs') return '';
  const fault = marks.findLast(
    (candidate) =>
      candidate.kind === 'fault' &&
      candidate.at <= mark.at &&
      (candidate.until ?? Infinity) >= mark.at,
  );
  return fault ? ` +${formatAfter(mark.at - fault.at)}` : '';
}

/** Tenths of a second are as exact as a person compares. */
function formatAfter(ms: number): string {
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : formatDuration(ms);
}
