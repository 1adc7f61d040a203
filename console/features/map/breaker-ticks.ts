import type { Breaker, BreakerLane } from '@faultline/collector/contract';
import { formatPercent, formatSetting, plural } from '../../lib/format.ts';

/** Ticks that fit a panel's width. */
export const TICKS = 57;

/** Why a breaker opened, as the chassis names it, in words. */
const REASONS: ReadonlyMap<string | null, string> = new Map([
  ['failure-ratio', 'too large a share of failed or slow calls'],
  ['consecutive-failures', 'too many failed or slow calls in a row'],
  ['probe-failed', 'a probe that failed'],
]);

type Call = BreakerLane['calls'][number];

/** The newest calls of a lane, oldest first. */
export function evidenceTicks(lane: Pick<BreakerLane, 'calls'> | undefined): Call[] {
  return [...(lane?.calls ?? [])].sort((a, b) => a.at - b.at).slice(-TICKS);
}

/** What a breaker decides upon now, in words: `11 of 20 calls slow, 2 failed in 10 s (65 %)`. */
export function evidenceText(breaker: Pick<Breaker, 'evidence'>): string {
  const { calls, failures, slow, windowMs } = breaker.evidence;
  if (calls === 0) return `No call in the last ${formatSetting(windowMs)}`;
  const parts = [
    ...(failures > 0 ? [`${failures} failed`] : []),
    ...(slow > 0 ? [`${slow} slow`] : []),
  ];
  const time = `in ${formatSetting(windowMs)}`;
  if (parts.length === 0 && calls === 1) return `The one call ${time} was good`;
  const window = `of ${plural(calls, 'call')} ${time}`;
  if (parts.length === 0) return `None ${window} failed or was slow`;
  return `${parts.join(', ')} ${window} (${formatPercent((failures + slow) / calls)})`;
}

/** Why an open breaker opened; null when nothing told. */
export function openReason(segments: readonly BreakerLane['segments'][number][]): string | null {
  const opened = segments.findLast(
    (segment) => segment.state === 'open' && REASONS.has(segment.reason),
  );
  return REASONS.get(opened?.reason ?? null) ?? null;
}
