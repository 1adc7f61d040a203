import { createManualClock } from '@faultline/chassis/core';
import type { LogRecord } from '@faultline/collector/contract';
import { describe, expect, it } from 'vitest';
import type { Mark } from '../contract/index.ts';
import { createMarks, MAXIMUM_MARKS } from './marks.ts';

function happened(at: number, eventName: string, attributes: LogRecord['attributes']): LogRecord {
  return {
    id: `${eventName}-${at}`,
    at,
    severity: 'warn',
    service: 'orders',
    instance: 'orders-1',
    body: 'told',
    eventName,
    traceId: null,
    spanId: null,
    attributes,
  };
}

describe('the marks on the charts', () => {
  it('are one for a burst of the same event, with a count', () => {
    const told: Mark[] = [];
    const marks = createMarks(createManualClock(), (mark) => told.push(mark));
    for (const at of [1000, 2000, 6500]) {
      marks.happened(happened(at, 'saga.stuck', { 'order.id': `o-${at}` }));
    }
    marks.happened(happened(20_000, 'saga.stuck', { 'order.id': 'o-late' }));

    const titles = marks.between(0, 30_000).map(({ at, title }) => [at, title]);
    expect(titles).toEqual([
      [1000, '3 × saga.stuck'],
      [20_000, 'saga.stuck o-late'],
    ]);
    expect(new Set(told.map(({ id }) => id)).size).toBe(2);
  });

  it('are one for each change of a breaker', () => {
    const marks = createMarks(createManualClock(), () => undefined);
    for (const [at, to] of [
      [1000, 'open'],
      [1001, 'half-open'],
      [1002, 'closed'],
    ] as const) {
      marks.happened(
        happened(at, 'resilience.breaker.state_changed', { link: 'a->b', 'breaker.to': to }),
      );
    }
    expect(marks.between(0, 2000).map(({ severity }) => severity)).toEqual(['bad', 'warn', 'info']);
  });

  it('are bounded: the newest are kept', () => {
    const marks = createMarks(createManualClock(), () => undefined);
    for (let at = 0; at < MAXIMUM_MARKS + 10; at += 1) {
      marks.happened(happened(at, 'resilience.breaker.state_changed', { link: 'a->b' }));
    }
    expect(marks.between(0, Infinity)).toHaveLength(MAXIMUM_MARKS);
    expect(marks.between(0, 5)).toEqual([]);
  });
});
