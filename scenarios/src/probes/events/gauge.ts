import type { MetricSeries } from '@faultline/collector/contract';
import type { Reading, Sight, Span } from '../model.ts';

/** How long before the reading the newest scrape may be, milliseconds: scrapes are a second apart. */
const FRESH_MS = 5000;

/**
 * The largest of what the instances of a service say of a gauge now. Each of them counts the same
 * rows of one database, so they are not added up.
 */
export async function latestGauge(
  query: { name: string; service: string; factor?: number },
  span: Span,
  sight: Sight,
): Promise<Reading> {
  const { name, service, factor = 1 } = query;
  const { series } = await sight.metrics({
    ...{ name, service, aggregate: 'last', stepMs: 1000 },
    ...{ from: span.to - FRESH_MS, to: span.to },
  });
  const newest = newestOf(series);
  if (newest.length === 0) {
    return { value: null, samples: null, detail: `${service} has not told ${name}` };
  }
  return { value: Math.max(...newest) * factor, samples: null };
}

/** The last known value of each series. */
function newestOf(series: MetricSeries['series']): number[] {
  return series.flatMap(({ values }) => values.findLast((value) => value !== null) ?? []);
}
