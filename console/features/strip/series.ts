import type { RedSeries, RedSnapshot } from '@faultline/collector/contract';
import type { FleetView } from '@faultline/server/contract';

/** One moment of the strip. */
export type RedPoint = Pick<
  RedSeries['points'][number],
  'at' | 'ratePerS' | 'errorRatio' | 'p95Ms' | 'count' | 'errorCount'
>;

/** What the strip shows: a service, or one of its operations. */
export interface Chosen {
  service: string;
  operation: string | null;
}

/** The stored series, and after its end the live snapshots of the same thing. */
export function withLive(
  series: Pick<RedSeries, 'points' | 'stepMs'> | undefined,
  history: readonly RedSnapshot[],
  chosen: Chosen,
): RedPoint[] {
  const stored = series?.points ?? [];
  const end = stored.at(-1)?.at ?? -Infinity;
  const live = history.flatMap((snapshot): RedPoint[] => {
    if (snapshot.at <= end + (series?.stepMs ?? 0)) return [];
    const row = snapshot.services.find(
      (candidate) =>
        candidate.service === chosen.service && (candidate.operation ?? null) === chosen.operation,
    );
    return row ? [{ ...row, at: snapshot.at }] : [];
  });
  return [...stored, ...live];
}

/**
 * Without the zeros from before anything ran: there nothing was measured, which is not "no
 * requests". What was measured by an earlier fleet stays.
 *
 * @param since when the oldest running part was started; null while nothing runs
 */
export function withoutPrehistory(points: readonly RedPoint[], since: number | null): RedPoint[] {
  return points.filter((point) => point.count > 0 || (since !== null && point.at >= since));
}

/** When the oldest part that runs was started; null while nothing runs. */
export function runningSince({ services, resources }: Pick<FleetView, 'services' | 'resources'>) {
  const starts = [...services, ...resources]
    .flatMap((part) => part.instances)
    .flatMap(({ startedAt, state }) =>
      startedAt === null || state === 'stopped' ? [] : [startedAt],
    );
  return starts.length === 0 ? null : Math.min(...starts);
}

/** SVG path through values; null is a gap, and so is a hole longer than `gapMs`. */
export function linePath(
  points: readonly { at: number; value: number | null }[],
  x: (at: number) => number,
  y: (value: number) => number,
  gapMs: number,
): string {
  let path = '';
  let last: number | null = null;
  for (const { at, value } of points) {
    if (value === null) {
      last = null;
      continue;
    }
    const pen = last === null || at - last > gapMs ? 'M' : 'L';
    path += `${pen}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    last = at;
  }
  return path;
}

/** The point nearest to a moment, within `withinMs`. */
export function nearest(
  points: readonly RedPoint[],
  at: number,
  withinMs: number,
): RedPoint | null {
  let best: RedPoint | null = null;
  for (const point of points) {
    if (best === null || Math.abs(point.at - at) < Math.abs(best.at - at)) best = point;
  }
  return best !== null && Math.abs(best.at - at) <= withinMs ? best : null;
}
