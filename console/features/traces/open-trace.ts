import { setUrl } from '@/lib/url-state.ts';
import type { TraceFilters } from './search-query.ts';

/** Opens a trace on this page; Back returns to the search. */
export function openTrace(traceId: string): void {
  setUrl({ trace: traceId, span: null, view: null, zoom: null }, 'push');
}

/** Writes filters into the URL; null or a default removes one. */
export function setFilters(change: Partial<Record<keyof TraceFilters, string | null>>): void {
  setUrl(change, 'replace');
}

/** Removes every filter but the order. */
export function clearFilters(): void {
  setFilters({
    q: null,
    service: null,
    operation: null,
    link: null,
    status: null,
    minMs: null,
    maxMs: null,
    attr: null,
  });
}
