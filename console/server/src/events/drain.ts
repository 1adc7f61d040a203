import type { LagState } from '../contract/index.ts';

/** How a reader of a partition, or of many, gets on. */
export interface Drain {
  lag: number;
  outPerS: number | null;
  state: LagState;
  /** See `drainMs` of the contract. */
  drainMs: number | null;
}

/** What lies before a reader that keeps up is no more than so many seconds of its work. */
const IN_FLIGHT_S = 1;

/**
 * When a reader will have read everything, from what lies before it and the rates of the moment:
 *
 *     time to drain = lag / (rate out - rate in)
 *
 * A steady reader always has something before it and reads as fast as is written, so the formula
 * would call it lost: less than a second's worth of its work counts as on its way.
 */
export function drainOf(lag: number, inPerS: number | null, outPerS: number | null): Drain {
  if (lag === 0) return { lag, outPerS, state: 'idle', drainMs: 0 };
  if (inPerS === null || outPerS === null) {
    return { lag, outPerS, state: 'unmeasured', drainMs: null };
  }
  if (outPerS === 0) return { lag, outPerS, state: 'stuck', drainMs: null };
  if (lag <= outPerS * IN_FLIGHT_S) {
    return { lag, outPerS, state: 'keeping-up', drainMs: (lag / outPerS) * 1000 };
  }
  if (outPerS <= inPerS) return { lag, outPerS, state: 'growing', drainMs: null };
  return { lag, outPerS, state: 'draining', drainMs: (lag / (outPerS - inPerS)) * 1000 };
}

/** From the best to the worst. */
const ORDER: readonly LagState[] = [
  'idle',
  'keeping-up',
  'draining',
  'unmeasured',
  'growing',
  'stuck',
];

/** A group gets on as its worst partition does, and is done when its slowest one is. */
export function slowestOf(parts: readonly Drain[]): Drain {
  const behind = parts.filter(({ lag }) => lag > 0);
  const state = parts.reduce<LagState>(
    (worst, part) => (ORDER.indexOf(part.state) > ORDER.indexOf(worst) ? part.state : worst),
    'idle',
  );
  return {
    lag: parts.reduce((sum, part) => sum + part.lag, 0),
    outPerS: sumOf(parts.map(({ outPerS }) => outPerS)),
    state,
    drainMs: behind.some(({ drainMs }) => drainMs === null)
      ? null
      : Math.max(0, ...behind.map(({ drainMs }) => drainMs ?? 0)),
  };
}

/** Rates add up if each is known. */
export function sumOf(rates: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const rate of rates) {
    if (rate === null) return null;
    sum += rate;
  }
  return sum;
}
