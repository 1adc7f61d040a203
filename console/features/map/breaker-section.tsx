'use client';
import type { Breaker, BreakerLane, BreakerLanes } from '@faultline/collector/contract';
import { useQuery } from '@tanstack/react-query';
import NextLink from 'next/link';
import { Badge } from '@/components/chip.tsx';
import { Section } from '@/components/panel.tsx';
import { useViewNow } from '@/components/relative-time.tsx';
import { getJson } from '@/lib/api.ts';
import { formatDuration } from '@/lib/format.ts';
import { usePolling } from '@/lib/live.ts';
import { useBreakers, usePolicies } from '@/lib/queries.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { usePageHref } from '@/lib/url-state.ts';
import { evidenceText, evidenceTicks, openReason } from './breaker-ticks.ts';
import { lineBreaker } from './edge-look.ts';

const LANE_MS = 60_000;

/** A line's breaker: state, when it probes, the calls it decided upon. */
export function BreakerSection({ link }: { link: string }) {
  const all = (useBreakers().data ?? []).filter((breaker) => breaker.link === link);
  const policy = usePolicies().data?.find((entry) => entry.link === link)?.policy.breaker;
  const worst = lineBreaker(all, link);
  const href = usePageHref();
  const lane = useLane(link, worst);
  if (policy?.enabled === false) {
    return (
      <Section title="Breaker">
        <p className="text-muted">Switched off: every call goes out, however slow the callee is.</p>
      </Section>
    );
  }
  if (!worst) {
    return (
      <Section title="Breaker">
        <p className="text-muted">Not seen yet: it speaks up with its first call.</p>
      </Section>
    );
  }
  const reason = openReason(lane?.segments ?? []);
  return (
    <Section
      title="Breaker"
      aside={
        <NextLink
          href={href('/breakers', { link })}
          className="text-sm text-accent hover:underline"
        >
          over time
        </NextLink>
      }
    >
      <StateLine breaker={worst} openMs={policy?.openMs ?? null} of={all.length} />
      <Ticks lane={lane} />
      <p className="mt-1.5 text-muted">
        {worst.state !== 'closed' && reason !== null ? `Tripped by ${reason}. ` : ''}
        {evidenceText(worst)}.{' '}
        <NextLink
          href={href('/traces', { link, ...(worst.state === 'closed' ? {} : { status: 'error' }) })}
          className="text-accent hover:underline"
        >
          see the calls
        </NextLink>
      </p>
    </Section>
  );
}

function StateLine({
  breaker,
  openMs,
  of,
}: {
  breaker: Breaker;
  openMs: number | null;
  of: number;
}) {
  const now = useViewNow(250);
  const inStateMs = Math.max(0, now - breaker.since);
  const probesMs = openMs === null ? null : openMs - inStateMs;
  return (
    <div className="mb-2.5 flex flex-wrap items-center gap-2.5">
      <Badge
        tone={breaker.state === 'open' ? 'bad' : breaker.state === 'half-open' ? 'warn' : 'ok'}
        filled={breaker.state === 'open'}
        data-testid="panel-breaker"
        data-state={breaker.state}
      >
        {breaker.state}
      </Badge>
      <span>
        for{' '}
        <b className="font-semibold text-strong tabular-nums">
          {formatDuration(Math.max(inStateMs, 1))}
        </b>
        {breaker.state === 'open' && probesMs !== null && probesMs > 0 && (
          <>
            , probes in{' '}
            <b className="font-semibold text-strong tabular-nums">{formatDuration(probesMs)}</b>
          </>
        )}
      </span>
      {of > 1 && <span className="text-faint">on {breaker.instance}</span>}
    </div>
  );
}

function Ticks({ lane }: { lane: BreakerLane | undefined }) {
  const ticks = evidenceTicks(lane);
  if (ticks.length === 0) return null;
  return (
    <svg
      viewBox="0 0 340 18"
      className="w-full"
      role="img"
      aria-label={`The last ${ticks.length} calls: ${ticks.filter((tick) => tick.outcome === 'ok').length} ok`}
    >
      {ticks.map((tick, index) => {
        const good = tick.outcome === 'ok';
        return (
          <rect
            key={index}
            x={index * 5.96}
            y={good ? 4 : tick.outcome === 'rejected' ? 6 : 0}
            width={4}
            height={good ? 10 : tick.outcome === 'rejected' ? 6 : 16}
            rx={1}
            fill={TICK_COLOURS[tick.outcome]}
          >
            <title>{`${tick.outcome}, ${formatDuration(tick.durationMs)}`}</title>
          </rect>
        );
      })}
    </svg>
  );
}

const TICK_COLOURS = {
  ok: 'var(--ok)',
  failed: 'var(--bad)',
  slow: 'var(--warn)',
  rejected: 'var(--text-faint)',
} as const;

function useLane(link: string, breaker: Breaker | null): BreakerLane | undefined {
  const query = useQuery({
    queryKey: queryKeys.breakerLanes({ link, lastMs: LANE_MS }),
    queryFn: ({ signal }) => {
      const to = Date.now();
      return getJson<BreakerLanes>('/breakers/lanes', { link, from: to - LANE_MS, to }, signal);
    },
    refetchInterval: usePolling(2000),
    enabled: breaker !== null,
  });
  const lanes = query.data?.lanes ?? [];
  return lanes.find((lane) => lane.instance === breaker?.instance) ?? lanes[0];
}
