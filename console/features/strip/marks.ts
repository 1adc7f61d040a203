import type { Mark } from '@faultline/server/contract';
import { formatDuration } from '../../lib/format.ts';
import type { Span } from './scale.ts';

/** A fault as a band on the time axis. */
export interface Band {
  mark: Mark;
  from: number;
  to: number;
}

/** Moments on the time axis that stand too close to be told apart, drawn as one. */
export interface Tick {
  /** The gravest of them, the first of these. */
  mark: Mark;
  /** Oldest first, {@link Tick.mark} among them. */
  marks: readonly Mark[];
  /** Null where it would run into its neighbour. */
  label: Label | null;
}

/** Words beside a moment: after it, or before it where the chart ends. */
export interface Label {
  text: string;
  side: 'after' | 'before';
}

/** Marks closer than this become one, pixels. */
const NEAR_PX = 9;
const LETTER_PX = 5.4;

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

/**
 * Without what every launch and every scaling brings along: an instance that starts or is ready is
 * worth a mark only when something happened to it before.
 */
export function noteworthy(marks: readonly Mark[]): Mark[] {
  const hurt = new Set<string>();
  return [...marks]
    .sort((a, b) => a.at - b.at)
    .filter((mark) => {
      if (mark.kind !== 'lifecycle') return true;
      const [instance = '', state = ''] = mark.title.split(/[ :]/, 2);
      const routine = mark.severity === 'info' && ['starting', 'ready'].includes(state);
      if (!routine) hurt.add(instance);
      const shown = !routine || hurt.has(instance);
      if (state === 'ready') hurt.delete(instance);
      return shown;
    });
}

/** Points within the span, near ones as one, with labels where there is room. */
export function ticksIn(
  marks: readonly Mark[],
  span: Span,
  x: (at: number) => number,
  widthPx: number,
): Tick[] {
  const points = marks
    .filter((mark) => mark.until === undefined && mark.at >= span.from && mark.at <= span.to)
    .sort((a, b) => a.at - b.at);
  const groups: Mark[][] = [];
  for (const point of points) {
    const group = groups.at(-1);
    const near = group?.[0] !== undefined && x(point.at) - x(group[0].at) < NEAR_PX;
    if (near) group?.push(point);
    else groups.push([point]);
  }
  const place = labelPlacer(widthPx);
  return groups.map((group) => {
    const mark = gravest(group);
    const more = group.length > 1 ? `, ${group.length - 1} more` : '';
    const words = `${markWords(mark)}${sinceFault(mark, marks)}${more}`;
    return { mark, marks: group, label: place(words, x(mark.at)) };
  });
}

/** Puts words beside moments from left to right; null where they would meet others or the edge. */
export function labelPlacer(widthPx: number): (text: string, x: number) => Label | null {
  let free = 0;
  return (text, x) => {
    const length = text.length * LETTER_PX;
    if (x < free) return null;
    const start = free;
    const side = x + 6 + length <= widthPx ? 'after' : 'before';
    if (side === 'before' && x - 6 - length < start) return null;
    free = side === 'after' ? x + length + 14 : x;
    return { text, side };
  };
}

const GRAVITY = { bad: 2, warn: 1, info: 0 } as const;

function gravest(group: readonly Mark[]): Mark {
  return group.reduce((worst, mark) =>
    GRAVITY[mark.severity] > GRAVITY[worst.severity] ? mark : worst,
  );
}

/** A mark in the words of a person: `breaker opens`, `saga stuck`; else its title. */
export function markWords(mark: Pick<Mark, 'kind' | 'title'>): string {
  if (mark.kind === 'breaker') {
    const state = /→ (open|half-open|closed)$/.exec(mark.title)?.[1];
    if (state === 'open') return 'breaker opens';
    if (state === 'half-open') return 'breaker probes';
    if (state === 'closed') return 'breaker closes';
  }
  if (mark.kind === 'saga' && mark.title.startsWith('saga.stuck')) return 'saga stuck';
  // Ports and process numbers are for the fleet page.
  return mark.kind === 'lifecycle' ? mark.title.replace(/:? port \d+/, '') : mark.title;
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
