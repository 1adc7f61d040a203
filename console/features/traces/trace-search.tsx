'use client';
import type { TracePage, TraceSummary } from '@faultline/collector/contract';
import { useQuery } from '@tanstack/react-query';
import { ListTree } from 'lucide-react';
import { useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { Button } from '@/components/button.tsx';
import { NewRows } from '@/components/new-rows.tsx';
import { useViewNow } from '@/components/relative-time.tsx';
import { SearchField } from '@/components/search-field.tsx';
import { EmptyState, ErrorState, SkeletonRows } from '@/components/states.tsx';
import { getJson } from '@/lib/api.ts';
import { formatDuration, formatSetting } from '@/lib/format.ts';
import { useHeldRows } from '@/lib/held-rows.ts';
import { usePolling } from '@/lib/live.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useTimeRange } from '@/lib/url-state.ts';
import { Facets } from './facets.tsx';
import { clearFilters, setFilters } from './open-trace.ts';
import { Scatter } from './scatter.tsx';
import {
  isFiltered,
  mergeTraces,
  readFilters,
  toApiQuery,
  type TraceFilters,
} from './search-query.ts';
import { TraceTable } from './trace-table.tsx';

const POLL_MS = 2000;
const SLOWEST_POLL_MS = 5000;
const SLOWEST_SHOWN = 300;
const LIVE_RANGE_MS = 5 * 60_000;

/** Search as facets and one field; a scatter of durations above the table. */
export function TraceSearch() {
  const filters = readFilters(useSearchParams());
  const [range] = useTimeRange();
  const query = toApiQuery(filters, range);
  const polling = usePolling(POLL_MS);
  const answer = useQuery({
    queryKey: queryKeys.traces(query),
    queryFn: ({ signal }) => getJson<TracePage>('/traces', query, signal),
    refetchInterval: range ? false : polling,
    placeholderData: (previous) => previous,
  });
  const slowest = useSlowest(query, range);
  const [over, setOver] = useState(false);
  const [selected, setSelected] = useState<string | null>(null);
  const held = useHeldRows<TraceSummary>(
    answer.data?.traces ?? [],
    (trace) => trace.traceId,
    over || selected !== null,
    JSON.stringify(query),
  );
  return (
    <div className="flex h-full min-h-0">
      <Facets filters={filters} facets={answer.data?.facets} />
      <div className="relative flex min-w-0 flex-1 flex-col">
        <Toolbar filters={filters} />
        {answer.isPending ? (
          <SkeletonRows rows={12} />
        ) : answer.isError && !answer.data ? (
          <ErrorState
            what="The traces could not be loaded"
            error={answer.error}
            onRetry={() => void answer.refetch()}
          />
        ) : held.rows.length === 0 ? (
          <NoTraces filtered={isFiltered(filters) || range !== null} />
        ) : (
          <>
            <Scatter traces={mergeTraces(held.rows, slowest)} range={range} />
            <div
              className="relative flex min-h-0 flex-1 flex-col"
              onPointerEnter={() => setOver(true)}
              onPointerLeave={() => setOver(false)}
            >
              <NewRows waiting={held.waiting} onShow={held.show} />
              <TraceTable traces={held.rows} selected={selected} onSelect={setSelected} />
            </div>
          </>
        )}
      </div>
    </div>
  );
}

/** The slowest matches of the range, or of the last minutes: the newest ones alone span seconds. */
function useSlowest(
  query: ReturnType<typeof toApiQuery>,
  range: { from: number; to: number } | null,
): readonly TraceSummary[] {
  const now = useViewNow(SLOWEST_POLL_MS);
  const from = range?.from ?? now - LIVE_RANGE_MS;
  const slow = { ...query, sort: 'slowest', limit: SLOWEST_SHOWN, from };
  const polling = usePolling(SLOWEST_POLL_MS);
  const answer = useQuery({
    queryKey: queryKeys.traces({ ...slow, from: range?.from ?? null }),
    queryFn: ({ signal }) => getJson<TracePage>('/traces', slow, signal),
    // The clock reads 0 until the page runs.
    enabled: now > 0,
    refetchInterval: range ? false : polling,
    placeholderData: (previous) => previous,
  });
  return answer.data?.traces ?? [];
}

function Toolbar({ filters }: { filters: TraceFilters }) {
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-3.5 py-2">
      <SearchField
        className="w-80 max-md:w-full"
        label="Search traces"
        placeholder="Trace, correlation or order id, or key=value"
        value={filters.q}
        onChange={(q) => setFilters({ q: q === '' ? null : q })}
      />
      <div role="group" aria-label="Status" className="flex gap-1">
        {(['any', 'ok', 'error'] as const).map((status) => (
          <Button
            key={status}
            pressed={filters.status === status}
            onClick={() => setFilters({ status: status === 'any' ? null : status })}
          >
            {status === 'any' ? 'All' : status === 'ok' ? 'Ok' : 'Errors'}
          </Button>
        ))}
      </div>
      <label className="flex items-center gap-1.5 text-muted">
        longer than
        <select
          aria-label="Longer than"
          value={filters.minMs ?? ''}
          onChange={(event) => setFilters({ minMs: event.target.value || null, maxMs: null })}
          className="h-7 rounded-md border border-line-strong bg-raised px-1.5 text-normal"
        >
          <option value="">any</option>
          {durationChoices(filters.minMs).map((ms) => (
            <option key={ms} value={ms}>
              {formatSetting(ms)}
            </option>
          ))}
        </select>
      </label>
      <Button
        pressed={filters.sort === 'slowest'}
        onClick={() => setFilters({ sort: filters.sort === 'slowest' ? null : 'slowest' })}
      >
        Slowest first
      </Button>
      {filters.maxMs !== null && (
        <Button tone="ghost" onClick={() => setFilters({ maxMs: null })} title="Remove this filter">
          at most {formatDuration(filters.maxMs)} ×
        </Button>
      )}
      {filters.link !== null && (
        <Button tone="ghost" onClick={() => setFilters({ link: null })} title="Remove this filter">
          line {filters.link.replace('->', ' → ')} ×
        </Button>
      )}
      {isFiltered(filters) && (
        <Button tone="ghost" onClick={clearFilters}>
          Clear filters
        </Button>
      )}
    </div>
  );
}

function durationChoices(current: number | null): number[] {
  const usual = [10, 50, 100, 250, 500, 1000, 2000, 5000];
  if (current === null || usual.includes(current)) return usual;
  return [...usual, current].sort((a, b) => a - b);
}

function NoTraces({ filtered }: { filtered: boolean }) {
  return filtered ? (
    <EmptyState
      icon={<ListTree size={22} />}
      title="No trace matches"
      action={<Button onClick={clearFilters}>Clear filters</Button>}
    >
      Nothing in the chosen range has all of these properties.
    </EmptyState>
  ) : (
    <EmptyState icon={<ListTree size={22} />} title="No traces yet">
      Traces appear here within a second of the first request. Launch the fleet on the Map, or send
      OTLP to port 4318.
    </EmptyState>
  );
}
