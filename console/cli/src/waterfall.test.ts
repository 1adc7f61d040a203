import type { Span } from '@faultline/collector/contract';
import { describe, expect, it } from 'vitest';
import { waterfall } from './waterfall.ts';

function span(spanId: string, parentSpanId: string | null, startedAt: number, ms: number): Span {
  return {
    spanId,
    parentSpanId,
    startedAt,
    durationMs: ms,
    service: 'orders',
    instance: 'orders-1',
    name: spanId,
    kind: 'internal',
    status: 'unset',
    statusMessage: null,
    link: null,
    attributes: {},
    events: [],
  };
}

describe('a drawn trace', () => {
  it('shows parents before children and siblings by start', () => {
    const rows = waterfall([
      span('c', 'a', 60, 40),
      span('b', 'a', 10, 20),
      span('a', null, 0, 100),
    ]);
    expect(rows.map((row) => row.label.trimEnd())).toEqual([
      'orders a',
      '  orders b',
      '  orders c',
    ]);
    expect(rows[2]?.bar.indexOf('█')).toBe(24);
  });

  it('shows a span whose parent is missing as a root', () => {
    expect(waterfall([span('b', 'gone', 0, 1)])).toHaveLength(1);
  });

  it('ends on spans that name each other as parents', () => {
    expect(
      waterfall([span('a', 'b', 0, 1), span('b', 'a', 0, 1), span('r', null, 0, 1)]),
    ).toHaveLength(1);
  });

  it('draws a trace of no duration', () => {
    expect(waterfall([span('a', null, 5, 0)])[0]?.bar.trim()).not.toBe('');
  });
});
