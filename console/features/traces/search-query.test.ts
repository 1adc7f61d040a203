import type { TraceSummary } from '@faultline/collector/contract';
import { describe, expect, it } from 'vitest';
import { mergeTraces, readFilters, toApiQuery } from './search-query.ts';

const traceOf = (traceId: string, spanCount: number) => ({ traceId, spanCount }) as TraceSummary;

describe('the search for traces', () => {
  it('asks for an attribute when the field holds key=value, for an id otherwise', () => {
    const asked = (q: string) => toApiQuery(readFilters(new URLSearchParams({ q })), null);
    expect(asked('order.id=17')).toMatchObject({ attr: 'order.id=17', q: null });
    expect(asked(' 4f1c ')).toMatchObject({ attr: null, q: '4f1c' });
  });

  it('shows a trace that is in two lists once, as the first list has it', () => {
    const merged = mergeTraces([traceOf('a', 2)], [traceOf('a', 1), traceOf('b', 1)]);
    expect(merged.map(({ traceId, spanCount }) => [traceId, spanCount])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  });
});
