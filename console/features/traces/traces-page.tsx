'use client';
import { optional } from '@/lib/url-codec.ts';
import { useUrlState } from '@/lib/url-state.ts';
import { TraceSearch } from './trace-search.tsx';
import { TraceView } from './trace-view.tsx';

/** Search, or one trace when the URL names it. */
export function TracesPage() {
  const [traceId] = useUrlState('trace', optional);
  return traceId === null ? <TraceSearch /> : <TraceView key={traceId} traceId={traceId} />;
}
