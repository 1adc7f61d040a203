import type { Trace } from '../contract/index.ts';
import type { OpenTraces } from './open-traces.ts';
import type { Readers } from './readers.ts';
import { joinDigests, summaryOf } from './trace-digest.ts';
import { digestOf, DIGEST_COLUMNS, spanOf, SPAN_COLUMNS } from './trace-rows.ts';

/** Spans that an answer holds. */
const MAX_SPANS = 50_000;

/** Reads one trace with its spans, oldest first; null when there is none. */
export async function readTrace(
  readers: Readers,
  open: OpenTraces,
  traceId: string,
): Promise<Trace | null> {
  const written = await readers.query(
    `SELECT ${DIGEST_COLUMNS} FROM traces WHERE trace_id = $traceId`,
    { traceId },
  );
  const growing = open.get(traceId);
  const digests = written.map(digestOf);
  if (growing) digests.push(growing);
  const [first, ...others] = digests;
  if (!first) return null;
  const digest = others.reduce(joinDigests, first);
  // The range lets the store skip all blocks of other times; ids are spread over all of them.
  const rows = await readers.query(
    `SELECT ${SPAN_COLUMNS} FROM spans WHERE trace_id = $traceId
       AND started_at >= $from AND started_at <= $to
     ORDER BY started_at, duration_ms DESC LIMIT ${MAX_SPANS + 1}`,
    { traceId, from: digest.firstAt, to: digest.lastAt },
  );
  const seen = new Set<unknown>();
  const spans = rows.slice(0, MAX_SPANS).filter((row) => {
    // An exporter repeats a batch whose answer was lost.
    if (seen.has(row.span_id)) return false;
    seen.add(row.span_id);
    return true;
  });
  return { ...summaryOf(digest), spans: spans.map(spanOf), truncated: rows.length > MAX_SPANS };
}
