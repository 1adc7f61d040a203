import type { Breaker, LinkRed } from '@faultline/collector/contract';
import { healthOf, type Health } from '../../lib/health.ts';

/** How a line is drawn. */
export interface EdgeLook {
  health: Health;
  widthPx: number;
  /** Moving dots, 0 to 4. */
  dots: number;
}

/** Health of a line as its caller feels it: calls that a breaker refused count as failed. */
export function edgeHealth(red: LinkRed | undefined): Health {
  if (!red) return 'idle';
  const wantedPerS = red.ratePerS + red.rejectedPerS;
  if (wantedPerS === 0) return 'idle';
  const failedPerS = red.ratePerS * red.errorRatio + red.rejectedPerS;
  return healthOf({ ratePerS: wantedPerS, errorRatio: failedPerS / wantedPerS, count: 1 });
}

/** Width by the root of the rate: 1 at rest, 2.6 at 12/s, 3.7 at 40/s, 6 at most. */
export function edgeLook(red: LinkRed | undefined): EdgeLook {
  const rate = red?.ratePerS ?? 0;
  return {
    health: edgeHealth(red),
    widthPx: Math.min(6, Math.round((1.2 + 0.4 * Math.sqrt(rate)) * 10) / 10),
    dots: rate < 0.05 ? 0 : Math.min(4, 1 + Math.floor(Math.log2(1 + rate / 4))),
  };
}

/** The breaker state a line shows: the worst of the caller's instances. */
export function lineBreaker(breakers: readonly Breaker[], link: string): Breaker | null {
  const rank = { open: 2, 'half-open': 1, closed: 0 } as const;
  let worst: Breaker | null = null;
  for (const breaker of breakers) {
    if (breaker.link !== link) continue;
    if (worst === null || rank[breaker.state] > rank[worst.state]) worst = breaker;
  }
  return worst;
}
