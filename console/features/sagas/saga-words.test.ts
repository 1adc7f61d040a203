import { describe, expect, it } from 'vitest';
import { entryDetail } from './saga-words.ts';

const entry = (detail: string) => ({
  at: 0,
  event: 'saga.step.failed',
  step: 'charge',
  service: 'orders',
  instance: null,
  detail,
  traceId: null,
  spanId: null,
});

describe('an entry in the story of a saga', () => {
  it('is told once: a detail that repeats event and step is left out', () => {
    expect(entryDetail(entry('saga.step.failed: charge'))).toBeNull();
    expect(entryDetail(entry('charge'))).toBeNull();
    expect(entryDetail(entry('payment-unavailable: timeout'))).toBe('payment-unavailable: timeout');
  });
});
