'use client';
import dynamic from 'next/dynamic';
import { Section } from '@/components/panel.tsx';
import { Skeleton } from '@/components/states.tsx';
import { errorDetail } from '@/lib/api.ts';
import { formatDuration } from '@/lib/format.ts';
import { useRedSeries } from '@/lib/queries.ts';
import { useTimeRange } from '@/lib/url-state.ts';
import { stepFor } from '../strip/scale.ts';

// Recharts is large: it is loaded when the first panel opens.
const RedChart = dynamic(async () => (await import('./red-chart.tsx')).RedChart, {
  ssr: false,
  loading: () => <Skeleton className="h-60 w-full" />,
});

const LAST_MS = 10 * 60_000;
const POINTS = 120;

/** Rate, errors and latency of a service or a line over the last ten minutes, or over the chosen range. */
export function RedSection({ of }: { of: { service: string } | { link: string } }) {
  const [range] = useTimeRange();
  const series = useRedSeries(
    of,
    range
      ? { ...range, stepMs: stepFor(range, POINTS) }
      : { lastMs: LAST_MS, stepMs: LAST_MS / POINTS },
  );
  const title = range
    ? `Chosen range, ${formatDuration(range.to - range.from)}`
    : 'Last 10 minutes';
  return (
    <Section title={title}>
      {series.data ? (
        series.data.points.some((point) => point.count > 0) ? (
          <RedChart series={series.data} />
        ) : (
          <p className="text-muted">Nothing was called in this time.</p>
        )
      ) : series.error ? (
        <p className="text-bad">{errorDetail(series.error)}</p>
      ) : (
        <Skeleton className="h-60 w-full" />
      )}
    </Section>
  );
}
