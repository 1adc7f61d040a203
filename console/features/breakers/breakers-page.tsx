'use client';
import type { BreakerLanes } from '@faultline/collector/contract';
import { useQuery } from '@tanstack/react-query';
import { ToggleRight } from 'lucide-react';
import { Button } from '@/components/button.tsx';
import { PageWithPanel } from '@/components/panel.tsx';
import { useViewNow } from '@/components/relative-time.tsx';
import { EmptyState, ErrorState, SkeletonRows } from '@/components/states.tsx';
import { getJson } from '@/lib/api.ts';
import { formatLink } from '@/lib/format.ts';
import { usePolling } from '@/lib/live.ts';
import { useMarks } from '@/lib/queries.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { optional } from '@/lib/url-codec.ts';
import { useTimeRange, useUrlState } from '@/lib/url-state.ts';
import { useKeys } from '@/lib/use-keys.ts';
import { BreakerPanel } from './breaker-panel.tsx';
import { sortLanes } from './breaker-words.ts';
import { LaneAxis, LaneRow } from './lane-row.tsx';

/** Live view: the last five minutes. */
const LIVE_RANGE_MS = 5 * 60_000;
const POLL_MS = 1000;

/** A lane per line and calling instance over time, with the calls behind each decision. */
export function BreakersPage() {
  const [range] = useTimeRange();
  const [chosen, setChosen] = useUrlState('breaker', optional, 'push');
  const [link, setLink] = useUrlState('link', optional);
  const polling = usePolling(POLL_MS);
  const now = useViewNow(POLL_MS);
  const shown = range ?? { from: now - LIVE_RANGE_MS, to: now };
  const answer = useQuery({
    queryKey: queryKeys.breakerLanes(range ? { ...range } : { live: true }),
    queryFn: ({ signal }) =>
      getJson<BreakerLanes>(
        '/breakers/lanes',
        range ? { from: range.from, to: range.to } : { from: now - LIVE_RANGE_MS, to: now },
        signal,
      ),
    // The clock reads 0 until the page runs.
    enabled: now > 0,
    refetchInterval: range ? false : polling,
    placeholderData: (previous) => previous,
  });
  const marks = useMarks({
    from: Math.floor(shown.from / 5000) * 5000,
    to: Math.ceil(shown.to / 5000) * 5000,
  });
  const lanes = sortLanes(answer.data?.lanes ?? []).filter(
    (lane) => link === null || lane.link === link,
  );
  const keyOf = (lane: { link: string; instance: string }) => `${lane.instance}:${lane.link}`;
  const selected = lanes.find((lane) => keyOf(lane) === chosen);
  const index = lanes.findIndex((lane) => keyOf(lane) === chosen);
  const step = (by: number) => {
    const next = lanes[index === -1 ? 0 : index + by];
    if (next) setChosen(keyOf(next));
  };
  useKeys([
    { keys: 'j', label: 'Next breaker', group: 'This page', run: () => step(1) },
    { keys: 'k', label: 'Previous breaker', group: 'This page', run: () => step(-1) },
  ]);
  // While live the axis ends with the newest data, not with a clock that runs ahead of it.
  const axis = range ?? (answer.data ? { from: answer.data.from, to: answer.data.to } : shown);
  const faults = (marks.data ?? []).filter((mark) => mark.kind === 'fault');
  return (
    <PageWithPanel
      panel={
        chosen !== null && selected ? (
          <BreakerPanel lane={selected} onClose={() => setChosen(null)} />
        ) : null
      }
    >
      {answer.isPending ? (
        <SkeletonRows rows={8} />
      ) : answer.isError && !answer.data ? (
        <ErrorState
          what="The breakers could not be loaded"
          error={answer.error}
          onRetry={() => void answer.refetch()}
        />
      ) : lanes.length === 0 ? (
        <EmptyState icon={<ToggleRight size={22} />} title="No breakers yet">
          Each line between two services has one in every calling instance. They appear with the
          first calls after the fleet was launched.
        </EmptyState>
      ) : (
        <div className="min-h-0 flex-1 overflow-auto">
          {link !== null && (
            <div className="border-b border-line px-3.5 py-2">
              <Button tone="ghost" onClick={() => setLink(null)}>
                line {formatLink(link)} ×
              </Button>
            </div>
          )}
          <LaneAxis from={axis.from} to={axis.to} />
          <div role="listbox" aria-label="Breakers">
            {lanes.map((lane) => (
              <LaneRow
                key={keyOf(lane)}
                lane={lane}
                from={axis.from}
                to={axis.to}
                faults={faults}
                selected={keyOf(lane) === chosen}
                onSelect={() => setChosen(keyOf(lane) === chosen ? null : keyOf(lane))}
              />
            ))}
          </div>
          <Legend />
        </div>
      )}
    </PageWithPanel>
  );
}

function Legend() {
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1 px-3.5 py-3 text-xs text-muted">
      {(
        [
          ['bg-ok', 'ok'],
          ['bg-bad', 'failed'],
          ['bg-warn', 'slow'],
          ['bg-faint', 'rejected'],
        ] as const
      ).map(([colour, text]) => (
        <span key={text} className="flex items-center gap-1.5">
          <i aria-hidden className={`h-3 w-[2px] ${colour}`} /> call {text}
        </span>
      ))}
      <span className="flex items-center gap-1.5">
        <i aria-hidden className="h-2 w-4 rounded-xs bg-bad-soft ring-1 ring-bad" /> open
      </span>
      <span className="flex items-center gap-1.5">
        <i aria-hidden className="hatched h-2 w-4 rounded-xs bg-warn" /> half-open
      </span>
      <span className="flex items-center gap-1.5">
        <i aria-hidden className="h-2 w-4 bg-fault-soft" /> fault on this line
      </span>
    </p>
  );
}
