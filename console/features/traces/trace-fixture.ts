import type { Span } from '@faultline/collector/contract';

/** A span for tests: what matters is given, the rest is plausible. */
export function spanOf(
  spanId: string,
  parentSpanId: string | null,
  [startMs, endMs]: readonly [number, number],
  more: Partial<Span> = {},
): Span {
  return {
    spanId,
    parentSpanId,
    service: 'orders',
    instance: 'orders-1',
    name: spanId,
    kind: 'internal',
    startedAt: 1_000_000 + startMs,
    durationMs: endMs - startMs,
    status: 'unset',
    statusMessage: null,
    link: null,
    attributes: {},
    events: [],
    ...more,
  };
}
