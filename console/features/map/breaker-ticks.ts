import type { Breaker, BreakerLane } from '@faultline/collector/contract';
import { formatPercent, formatSetting } from '../../lib/format.ts';

/** Ticks that fit a panel's width. */
export const TICKS = 57;

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
  const window = `of ${calls} calls in ${formatSetting(windowMs)}`;
  if (parts.length === 0) return `None ${window} failed or was slow`;
  return `${parts.join(', ')} ${window} (${formatPercent((failures + slow) / calls)})`;
}
