import type { RedSeries } from '../contract/index.ts';
import type { RedSubject } from '../derive/red.ts';
import type { Readers } from './readers.ts';

/** Longest span that is counted at its end; the range of started spans to look at is that wider. */
const LONGEST_SPAN_MS = 600_000;

/** RED of a range that memory no longer covers, from the stored spans themselves. */
export async function redHistory(
  readers: Readers,
  subject: RedSubject,
  range: { from: number; to: number; stepMs: number },
): Promise<RedSeries['points']> {
  const ofLink = 'link' in subject;
  const rows = await readers.query(
    `SELECT floor((started_at + duration_ms - $from) / $stepMs)::INTEGER AS step,
            count(*)::INTEGER AS count, count(*) FILTER (failed)::INTEGER AS errors,
            quantile_disc(duration_ms, [0.5, 0.95, 0.99]) AS quantiles
     FROM spans
     WHERE started_at >= $from - ${LONGEST_SPAN_MS} AND started_at < $to
       AND started_at + duration_ms >= $from AND started_at + duration_ms < $to
       AND ${ofLink ? 'link = $subject AND kind IN (2, 3)' : 'service = $subject AND kind IN (1, 4)'}
       ${!ofLink && subject.operation !== undefined ? 'AND name = $operation' : ''}
     GROUP BY step`,
    {
      ...range,
      subject: ofLink ? subject.link : subject.service,
      ...(!ofLink && subject.operation !== undefined ? { operation: subject.operation } : {}),
    },
  );
  const byStep = new Map(rows.map((row) => [row.step as number, row]));
  const points: RedSeries['points'] = [];
  for (let step = 0; range.from + step * range.stepMs < range.to; step += 1) {
    const at = range.from + step * range.stepMs;
    const row = byStep.get(step);
    const count = (row?.count as number | undefined) ?? 0;
    const errorCount = (row?.errors as number | undefined) ?? 0;
    const [p50Ms = null, p95Ms = null, p99Ms = null] = (row?.quantiles as number[] | null) ?? [];
    points.push({
      at,
      ratePerS: count / (Math.min(range.stepMs, range.to - at) / 1000),
      errorRatio: count === 0 ? 0 : errorCount / count,
      p50Ms,
      p95Ms,
      p99Ms,
      count,
      errorCount,
    });
  }
  return points;
}
