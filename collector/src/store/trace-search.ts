import type { DuckDBValue } from '@duckdb/node-api';
import type { TracePage, TraceQuery } from '../contract/index.ts';
import { writeCursor, type Place } from './cursor.ts';
import type { OpenTraces } from './open-traces.ts';
import type { Readers } from './readers.ts';
import { attributeCondition } from './attribute-search.ts';
import { joinDigests, summaryOf, type TraceDigest } from './trace-digest.ts';
import { digestOf, DIGEST_COLUMNS } from './trace-rows.ts';

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
    readers.query(
      `SELECT ${DIGEST_COLUMNS} FROM traces WHERE ${where} ${page}
       ORDER BY ${key} DESC, trace_id DESC LIMIT ${search.limit + 1}`,
      { ...values, ...place },
    ),
    readers.query(facetSql(where), values),
    growingMatches(readers, open, search),
  ]);
  const found = new Map<string, TraceDigest>();
  for (const row of rows) {
    const digest = digestOf(row);
    found.set(digest.traceId, digest);
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
  add('list_contains(services, $service)', 'service', search.service);
  add('list_contains(operations, $operation)', 'operation', search.operation);
  add('list_contains(links, $link)', 'link', search.link);
  add('failed = $failed', 'failed', search.status && search.status === 'error');
  add('duration_ms >= $minMs', 'minMs', search.minMs);
  add('duration_ms <= $maxMs', 'maxMs', search.maxMs);
  add('started_at >= $from', 'from', search.from);
  add('started_at <= $to', 'to', search.to);
  add('(trace_id = $q OR correlation_id = $q OR list_contains(order_ids, $q))', 'q', search.q);
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
    (service === undefined || digest.services.has(service)) &&
    (operation === undefined || digest.operations.has(operation)) &&
    (link === undefined || digest.links.has(link)) &&
    (status === undefined || digest.failed === (status === 'error')) &&
    (minMs === undefined || digest.durationMs >= minMs) &&
    (maxMs === undefined || digest.durationMs <= maxMs) &&
    (from === undefined || digest.startedAt >= from) &&
    (to === undefined || digest.startedAt <= to) &&
    (q === undefined ||
      digest.traceId === q ||
      digest.correlationId === q ||
      digest.orderIds.has(q))
  );
}

function facetSql(where: string): string {
  return `
    WITH found AS MATERIALIZED (SELECT services, operations, failed FROM traces WHERE ${where})
    SELECT 'service' AS facet, value, count(*)::DOUBLE AS count
      FROM (SELECT unnest(services) AS value FROM found) GROUP BY value
    UNION ALL SELECT 'operation', value, count(*)::DOUBLE
      FROM (SELECT unnest(operations) AS value FROM found) GROUP BY value
    UNION ALL SELECT 'status', CASE WHEN failed THEN 'error' ELSE 'ok' END, count(*)::DOUBLE
      FROM found GROUP BY failed`;
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
    for (const service of digest.services.keys()) add('service', service, 1);
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
