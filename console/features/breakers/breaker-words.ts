import type { Breaker, BreakerLane } from '@faultline/collector/contract';
import type { ChipTone } from '@/components/chip.tsx';
import { formatSetting, plural } from '../../lib/format.ts';

/** How a state of a breaker is coloured. */
export const BREAKER_TONE: Readonly<Record<Breaker['state'], ChipTone>> = {
  closed: 'ok',
  open: 'bad',
  'half-open': 'warn',
};

/** What the state rests on: `11 of 20 calls failed, 8 slow, in 10 s`. */
export function evidenceWords({ windowMs, calls, failures, slow }: Breaker['evidence']): string {
  if (calls === 0) return `no call in ${formatSetting(windowMs)}`;
  const slowly = slow > 0 ? `, ${slow} of them slow` : '';
  return `${failures} of ${plural(calls, 'call')} failed${slowly}, in ${formatSetting(windowMs)}`;
}

/** Lanes in an order that does not jump: those that ever left `closed` first, then by name. */
export function sortLanes(lanes: readonly BreakerLane[]): BreakerLane[] {
  const moved = (lane: BreakerLane): number =>
    lane.segments.some((segment) => segment.state !== 'closed') ? 0 : 1;
  return [...lanes].sort(
    (a, b) =>
      moved(a) - moved(b) || a.link.localeCompare(b.link) || a.instance.localeCompare(b.instance),
  );
}

/** What a breaker would decide upon now: its calls of the last `windowMs`; rejected ones never went out. */
export function evidenceNow(
  calls: BreakerLane['calls'],
  windowMs: number,
  now: number,
): Breaker['evidence'] {
  const recent = calls.filter((call) => call.at > now - windowMs && call.outcome !== 'rejected');
  const slow = recent.filter((call) => call.outcome === 'slow').length;
  const failed = recent.filter((call) => call.outcome === 'failed').length;
  return { windowMs, calls: recent.length, failures: failed + slow, slow };
}
