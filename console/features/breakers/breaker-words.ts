import type { Breaker, BreakerLane } from '@faultline/collector/contract';
import type { ChipTone } from '@/components/chip.tsx';
import { formatDuration, plural } from '@/lib/format.ts';

/** How a state of a breaker is coloured. */
export const BREAKER_TONE: Readonly<Record<Breaker['state'], ChipTone>> = {
  closed: 'ok',
  open: 'bad',
  'half-open': 'warn',
};

/** What the state rests on: `11 of 20 calls failed, 8 slow, in 10 s`. */
export function evidenceWords({ windowMs, calls, failures, slow }: Breaker['evidence']): string {
  if (calls === 0) return `no call in ${formatDuration(windowMs)}`;
  const slowly = slow > 0 ? `, ${slow} of them slow` : '';
  return `${failures} of ${plural(calls, 'call')} failed${slowly}, in ${formatDuration(windowMs)}`;
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
