'use client';
import type { BreakerLane } from '@faultline/collector/contract';
import Link from 'next/link';
import { Badge } from '@/components/chip.tsx';
import { Panel, Section } from '@/components/panel.tsx';
import { useServerNow } from '@/components/relative-time.tsx';
import { formatAbsolute, formatDuration, formatLink, formatTime } from '@/lib/format.ts';
import { useBreakers } from '@/lib/queries.ts';
import { usePageHref } from '@/lib/url-state.ts';
import { BREAKER_TONE, evidenceNow, evidenceWords } from './breaker-words.ts';
import { BreakerPolicy } from './breaker-policy.tsx';

const CALLS_SHOWN = 40;
/** Counted while the breaker itself has not told its window. */
const WINDOW_MS = 10_000;

/** One breaker: its state and why, the calls behind it, its history, and its policy to change. */
export function BreakerPanel({ lane, onClose }: { lane: BreakerLane; onClose: () => void }) {
  const now = useServerNow();
  const href = usePageHref();
  const live = (useBreakers().data ?? []).find(
    (breaker) => breaker.link === lane.link && breaker.instance === lane.instance,
  );
  const opened = lane.segments.findLast((segment) => segment.state === 'open');
  const state = live?.state ?? lane.segments.at(-1)?.state ?? 'closed';
  return (
    <Panel kind="Breaker" title={formatLink(lane.link)} aside={lane.instance} onClose={onClose}>
      <Section>
        <p className="flex items-center gap-2">
          <Badge tone={BREAKER_TONE[state]} filled={state === 'open'}>
            {state}
          </Badge>
          {live && <span>for {formatDuration(Math.max(0, now - live.since))}</span>}
        </p>
        {live && (
          <p className="mt-2 text-muted">
            {state === 'closed'
              ? evidenceWords(evidenceNow(lane.calls, live.evidence.windowMs || WINDOW_MS, now))
              : `Tripped: ${evidenceWords(opened?.evidence ?? live.evidence)}`}
          </p>
        )}
        <p className="mt-2 flex gap-3">
          <Link className="text-accent hover:underline" href={href('/traces', { link: lane.link })}>
            Traces of this line
          </Link>
          <Link className="text-accent hover:underline" href={href('/', { edge: lane.link })}>
            On the map
          </Link>
        </p>
      </Section>
      <BreakerPolicy link={lane.link} />
      <Section title={`Newest calls · ${lane.calls.length}`}>
        {lane.calls.length === 0 && <p className="text-muted">No call in this range.</p>}
        <ol>
          {[...lane.calls]
            .sort((a, b) => b.at - a.at)
            .slice(0, CALLS_SHOWN)
            .map((call, index) => (
              <li key={`${call.at} ${index}`} className="flex gap-3 py-px tabular-nums">
                <span className="font-mono text-sm text-faint" title={formatAbsolute(call.at)}>
                  {formatTime(call.at, true)}
                </span>
                <span className={OUTCOME_TEXT[call.outcome]}>{call.outcome}</span>
                <span className="ml-auto">
                  {call.outcome === 'rejected' ? '' : formatDuration(call.durationMs)}
                </span>
                {call.traceId === null ? (
                  <span className="w-8" />
                ) : (
                  <Link
                    className="w-8 text-accent hover:underline"
                    href={href('/traces', { trace: call.traceId })}
                  >
                    trace
                  </Link>
                )}
              </li>
            ))}
        </ol>
      </Section>
      <Section title="History">
        <ol>
          {lane.segments.toReversed().map((segment) => (
            <li key={segment.from} className="py-1">
              <span className="font-mono text-sm text-faint" title={formatAbsolute(segment.from)}>
                {formatTime(segment.from)}
              </span>{' '}
              <b className="font-semibold text-strong">{segment.state}</b> for{' '}
              {formatDuration((segment.to ?? now) - segment.from)}
              {segment.reason !== null && (
                <span className="block text-muted">{segment.reason}</span>
              )}
              {segment.evidence && (
                <span className="block text-muted">{evidenceWords(segment.evidence)}</span>
              )}
            </li>
          ))}
        </ol>
      </Section>
    </Panel>
  );
}

const OUTCOME_TEXT = {
  ok: 'text-ok',
  failed: 'text-bad',
  slow: 'text-warn',
  rejected: 'text-muted',
} as const;
