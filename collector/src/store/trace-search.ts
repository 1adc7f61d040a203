import type { DuckDBValue } from '@duckdb/node-api';
import type { TracePage, TraceQuery } from '../contract/index.ts';
import { writeCursor, type Place } from './cursor.ts';
import type { OpenTraces } from './open-traces.ts';
import type { Readers } from './readers.ts';
import { attributeCondition } from './attribute-search.ts';
import { joinDigests, joinNames, summaryOf, type TraceDigest } from './trace-digest.ts';
import { digestOf, DIGEST_COLUMNS, type Row } from './trace-rows.ts';

/** Values of a facet that an answer holds, the most frequent ones. */
const FACET_VALUES = 100;

/** A query whose cursor has been read. */
export type TraceSearch = Omit<TraceQuery, 'cursor'> & { after: Place | null };

/** Finds traces: those that may still grow in memory, all others in the store. */
export async function searchTraces(
  readers: Readers,
  open: OpenTraces,
  search: TraceSearch,
): Promise<TracePage> {
  const { where, values } = conditions(search);
  const key = search.sort === 'slowest' ? 'duration_ms' : 'started_at';
  const page = search.after
    ? `AND (${key} < $afterKey OR (${key} = $afterKey AND trace_id < $afterId))`
    : '';
  const place: Record<string, DuckDBValue> = search.after
    ? { afterKey: search.after.key, afterId: search.after.id }
    : {};
  const [rows, facetRows, growing] = await Promise.all([
    readPage(readers, key, `${where} ${page}`, { ...values, ...place }, search.limit + 1),
    readers.query(facetSql(where), values),
    growingMatches(readers, open, search),
  ]);
  const found = new Map<string, TraceDigest>();
  for (const row of rows) {
    const digest = digestOf(row);
    const other = found.get(digest.traceId);
    found.set(digest.traceId, other ? joinDigests(other, digest) : digest);
  }
  for (const digest of growing) {
    const written = found.get(digest.traceId);
    if (written) found.set(digest.traceId, joinDigests(written, digest));
    else if (isAfter(search, digest)) found.set(digest.traceId, digest);
  }
  const sorted = [...found.values()].sort(
    (a, b) => keyOf(search, b) - keyOf(search, a) || (a.traceId < b.traceId ? 1 : -1),
  );
  const last = sorted[search.limit - 1];
  return {
    traces: sorted.slice(0, search.limit).map(summaryOf),
    nextCursor:
      last && sorted.length > search.limit
        ? writeCursor({ key: keyOf(search, last), id: last.traceId })
        : null,
    facets: facetsOf(facetRows, growing),
  };
}

/** First which traces, from narrow columns; then their lines, from the blocks that hold them. */
async function readPage(
  readers: Readers,
  key: 'started_at' | 'duration_ms',
  where: string,
  values: Record<string, DuckDBValue>,
  limit: number,
): Promise<Row[]> {
  const places = await readers.query(
    `SELECT trace_id, started_at FROM traces WHERE ${where}
     ORDER BY ${key} DESC, trace_id DESC LIMIT ${limit}`,
    values,
  );
  if (places.length === 0) return [];
  const starts = places.map((row) => row.started_at as number);
  const ids = places.map((row) => `'${row.trace_id as string}'`).join(',');
  return readers.query(
    `SELECT ${DIGEST_COLUMNS} FROM traces
     WHERE started_at >= $first AND started_at <= $last AND trace_id IN (${ids})`,
    { first: Math.min(...starts), last: Math.max(...starts) },
  );
}

function keyOf(search: TraceSearch, digest: TraceDigest): number {
  return search.sort === 'slowest' ? digest.durationMs : digest.startedAt;
}

function isAfter(search: TraceSearch, digest: TraceDigest): boolean {
  const { after } = search;
  if (!after) return true;
  const key = keyOf(search, digest);
  return key < after.key || (key === after.key && digest.traceId < after.id);
}

/** The query as SQL over `traces`. Only parameters come from outside. */
function conditions(search: TraceSearch): { where: string; values: Record<string, DuckDBValue> } {
  const parts = ['TRUE'];
  const values: Record<string, DuckDBValue> = {};
  const add = (sql: string, name: string, value: DuckDBValue | undefined): void => {
    if (value === undefined) return;
    parts.push(sql);
    values[name] = value;
  };
  const named = (name: string | undefined): string | undefined =>
    name === undefined ? undefined : joinNames([name]);
  add('contains(services, $service)', 'service', named(search.service));
  add('contains(operations, $operation)', 'operation', named(search.operation));
  add('contains(links, $link)', 'link', named(search.link));
  add('failed = $failed', 'failed', search.status && search.status === 'error');
  add('duration_ms >= $minMs', 'minMs', search.minMs);
  add('duration_ms <= $maxMs', 'maxMs', search.maxMs);
  add('started_at >= $from', 'from', search.from);
  add('started_at <= $to', 'to', search.to);
  add('(trace_id = $q OR correlation_id = $q OR contains(order_ids, $order))', 'q', search.q);
  if (search.q !== undefined) values.order = joinNames([search.q]);
  if (search.attr !== undefined) {
    const condition = attributeCondition(search.attr);
    parts.push(
      `trace_id IN (SELECT trace_id FROM spans WHERE ${condition.sql} ${spanRange(search)})`,
    );
    Object.assign(values, condition.values);
  }
  return { where: parts.join(' AND '), values };
}

/** Spans of a trace start after it does; without the bound every slice would be read. */
function spanRange(search: TraceSearch): string {
  return search.from === undefined ? '' : 'AND started_at >= $from';
}

async function growingMatches(
  readers: Readers,
  open: OpenTraces,
  search: TraceSearch,
): Promise<TraceDigest[]> {
  const matches = [...open.values()].filter((digest) => matchesDigest(digest, search));
  if (search.attr === undefined || matches.length === 0) return matches;
  const condition = attributeCondition(search.attr);
  const since = Math.min(...matches.map((digest) => digest.firstAt));
  const rows = await readers.query(
    `SELECT DISTINCT trace_id FROM spans WHERE started_at >= $since AND ${condition.sql}`,
    { ...condition.values, since },
  );
  const ids = new Set(rows.map((row) => row.trace_id));
  return matches.filter((digest) => ids.has(digest.traceId));
}

function matchesDigest(digest: TraceDigest, search: TraceSearch): boolean {
  const { service, operation, link, status, minMs, maxMs, from, to, q } = search;
  return (
    (service === undefined || digest.services.some((counts) => counts.service === service)) &&
    (operation === undefined || digest.operations.includes(operation)) &&
    (link === undefined || digest.links.includes(link)) &&
    (status === undefined || digest.failed === (status === 'error')) &&
    (minMs === undefined || digest.durationMs >= minMs) &&
    (maxMs === undefined || digest.durationMs <= maxMs) &&
    (from === undefined || digest.startedAt >= from) &&
    (to === undefined || digest.startedAt <= to) &&
    (q === undefined ||
      digest.traceId === q ||
      digest.correlationId === q ||
      digest.orderIds.includes(q))
  );
}

/** Traces of one kind of request visit the same places: grouped first, there is little to split. */
function facetSql(where: string): string {
  return `
    WITH kinds AS MATERIALIZED (
      SELECT services, operations, failed, count(*)::DOUBLE AS traces
      FROM traces WHERE ${where} GROUP BY ALL)
    SELECT 'service' AS facet, value, sum(traces) AS count
      FROM (SELECT unnest(string_split(services[2:-2], '\x1f')) AS value, traces FROM kinds)
      GROUP BY value
    UNION ALL SELECT 'operation', value, sum(traces)
      FROM (SELECT unnest(string_split(operations[2:-2], '\x1f')) AS value, traces FROM kinds)
      GROUP BY value
    UNION ALL SELECT 'status', CASE WHEN failed THEN 'error' ELSE 'ok' END, sum(traces)
      FROM kinds GROUP BY failed`;
}

function facetsOf(
  rows: readonly Record<string, unknown>[],
  growing: readonly TraceDigest[],
): TracePage['facets'] {
  const counts = {
    service: new Map<string, number>(),
    operation: new Map<string, number>(),
    status: new Map<string, number>(),
  };
  const add = (facet: keyof typeof counts, value: string, count: number): void => {
    counts[facet].set(value, (counts[facet].get(value) ?? 0) + count);
  };
  for (const row of rows) {
    add(row.facet as keyof typeof counts, row.value as string, row.count as number);
  }
  for (const digest of growing) {
    for (const { service } of digest.services) add('service', service, 1);
    for (const operation of digest.operations) add('operation', operation, 1);
    add('status', digest.failed ? 'error' : 'ok', 1);
  }
  const top = (facet: keyof typeof counts): { value: string; count: number }[] =>
    [...counts[facet]]
      .map(([value, count]) => ({ value, count }))
      .sort((a, b) => b.count - a.count || a.value.localeCompare(b.value))
      .slice(0, FACET_VALUES);
  return {
    services: top('service'),
    operations: top('operation'),
    statuses: top('status') as TracePage['facets']['statuses'],
  };
}
