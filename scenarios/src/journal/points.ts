import type { VariantView } from './view.ts';

/** Points of one chart: [ms since the variant began, value or null]. */
export type Points = VariantView['checks'][number]['points'];

/** Most points that a view keeps of one check; the journal has them all. */
export const MAXIMUM_POINTS = 2000;

/** Takes in the looks at one check and keeps so few of them that a view of a long run stays small. */
export interface PointSeries {
  add(atMs: number, value: Points[number][1]): void;
  /** A copy; it does not change any more. */
  points(): Points;
}

/**
 * Creates an empty series. When it is full, every second point goes, and from then on only every
 * second look is taken in: the points stay evenly spread over the whole time.
 */
export function createPointSeries(maximum: number = MAXIMUM_POINTS): PointSeries {
  let kept: Points = [];
  let stride = 1;
  let looks = 0;
  return {
    add(atMs, value) {
      if (looks++ % stride !== 0) return;
      kept.push([atMs, value]);
      if (kept.length < maximum) return;
      kept = kept.filter((_point, index) => index % 2 === 0);
      stride *= 2;
    },
    points: () => [...kept],
  };
}
