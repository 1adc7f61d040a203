import { systemClock } from '@faultline/chassis/core';
import { describe, expect, it } from 'vitest';
import { createBacklog } from './backlog.ts';
import { createLive } from './live.ts';
import { createPipeline } from './pipeline.ts';
import { createTally } from './tally.ts';
import { spanRecord } from './testing/records.ts';

function pipeline(limits: { maxItems: number; maxBytes: number }) {
  const tally = createTally();
  const backlog = createBacklog(limits);
  const live = createLive(systemClock);
  return { tally, backlog, live, intake: createPipeline({ live, backlog, tally, lastSeq: 0 }) };
}

const decoded = (count: number) => ({
  items: Array.from({ length: count }, () =>
    spanRecord({ startedAt: Date.now() - 1500, durationMs: 0, sizeBytes: 100 }),
  ),
  invalid: 0,
  tooLarge: 0,
  firstProblem: null,
});

describe('a full backlog', () => {
  it.each([
    ['items', { maxItems: 10, maxBytes: 1e9 }],
    ['bytes', { maxItems: 1e9, maxBytes: 1000 }],
  ])('refuses what exceeds its %s, tells the sender, and counts it', (_, limits) => {
    const { intake, tally, backlog } = pipeline(limits);
    expect(intake.accept('spans', decoded(8))).toEqual({ rejected: 0, message: '' });
    expect(intake.accept('spans', decoded(8))).toEqual({
      rejected: 6,
      message: '6 spans dropped: the queue for the store is full',
    });
    expect(tally.read().spans).toEqual({ received: 16, stored: 0, dropped: { 'queue-full': 6 } });
    expect(backlog.take().spans).toHaveLength(10);
    expect(intake.accept('spans', decoded(8)).rejected).toBe(0);
  });

  it('costs history, not live numbers', () => {
    const { intake, live } = pipeline({ maxItems: 1, maxBytes: 1e9 });
    intake.accept('spans', decoded(20));
    expect(live.red.snapshot(10_000).services[0]?.count).toBe(20);
  });
});
