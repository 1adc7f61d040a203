import type { TraceQuery, TraceSummary } from '@faultline/collector/contract';
import { choice, number, optional, text } from '../../lib/url-codec.ts';

/** Filters of the search as they stand in the URL. */
export interface TraceFilters {
  q: string;
  service: string | null;
  operation: string | null;
  link: string | null;
  status: 'any' | 'ok' | 'error';
  minMs: number | null;
  maxMs: number | null;
  attr: string | null;
  sort: TraceQuery['sort'];
}

/** How each filter reads from and writes to the URL. */
export const FILTER_CODECS = {
  q: text,
  service: optional,
  operation: optional,
  link: optional,
  status: choice('any', 'ok', 'error'),
  minMs: number,
  maxMs: number,
  attr: optional,
  sort: choice('newest', 'slowest'),
} as const;

/** Traces asked for at once: enough for a scatter, few enough for a table. */
export const PAGE_SIZE = 200;

/** The filters of a query string. */
export function readFilters(params: URLSearchParams): TraceFilters {
  const read = <K extends keyof TraceFilters>(key: K) =>
    FILTER_CODECS[key].read(params.get(key)) as TraceFilters[K];
  return {
    q: read('q'),
    service: read('service'),
    operation: read('operation'),
    link: read('link'),
    status: read('status'),
    minMs: read('minMs'),
    maxMs: read('maxMs'),
    attr: read('attr'),
    sort: read('sort'),
  };
}

/** What the API is asked. */
export function toApiQuery(
  filters: TraceFilters,
  range: { from: number; to: number } | null,
): Record<string, string | number | null> {
  const { status, q, ...rest } = filters;
  // `key=value` typed into the field is a search by attribute, anything else by identity.
  const byAttribute = /^[\w.-]+=.+$/.test(q.trim());
  return {
    ...rest,
    q: byAttribute ? null : q.trim(),
    attr: byAttribute ? q.trim() : filters.attr,
    status: status === 'any' ? null : status,
    limit: PAGE_SIZE,
    ...(range ? { from: range.from, to: range.to } : {}),
  };
}

/** Whether anything is filtered: an empty answer then means "nothing matches", not "no traffic". */
export function isFiltered({ sort: _, ...filters }: TraceFilters): boolean {
  return Object.values(filters).some((value) => value !== null && value !== '' && value !== 'any');
}

/** Two lists of traces as one, each trace once. */
export function mergeTraces(
  first: readonly TraceSummary[],
  second: readonly TraceSummary[],
): TraceSummary[] {
  return [...new Map([...second, ...first].map((trace) => [trace.traceId, trace])).values()];
}
