import { describe, expect, it } from 'vitest';
import { entryDetail, waitingText } from './saga-words.ts';

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

describe('an unfinished saga', () => {
  const saga = {
    id: 's',
    orderId: 'o',
    style: 'choreographed' as const,
    state: 'compensating' as const,
    step: 'charge',
    startedAt: 0,
    updatedAt: 0,
    endedAt: null,
    traceId: null,
    reason: null,
    waitingFor: 'payments',
    remaining: ['charge', 'reserve-stock'],
  };

  it('says who it waits for and what is still to do', () => {
    expect(waitingText(saga)).toBe('Waits for payments; still to undo: charge, reserve-stock');
    expect(
      waitingText({ ...saga, state: 'running', remaining: ['ship'], waitingFor: 'shipping' }),
    ).toBe('Waits for shipping; still to take: ship');
    expect(waitingText({ ...saga, waitingFor: null, remaining: [] })).toBeNull();
  });
});
