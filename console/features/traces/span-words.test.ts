import { describe, expect, it } from 'vitest';
import { callWords, spanWords } from './span-words.ts';
import { spanOf } from './trace-fixture.ts';

const call = (outcome: string, status: 'unset' | 'error') =>
  spanOf('1', null, [0, 1010], {
    name: 'call charge',
    status,
    attributes: { 'peer.service': 'payments', 'resilience.outcome': outcome },
  });

describe('the words of a span', () => {
  it('name what a call asks for, and whom', () => {
    expect(spanWords(call('ok', 'unset'))).toEqual({
      who: 'orders',
      what: 'charge → payments',
      failure: null,
    });
  });

  it('give an attempt the name of the callee and say how it ended', () => {
    const attempt = spanOf('2', '1', [0, 1000], {
      name: 'POST charge',
      status: 'error',
      attributes: {
        'peer.service': 'payments',
        'resilience.attempt': 2,
        'resilience.max_attempts': 3,
        'resilience.outcome': 'timeout',
      },
    });
    expect(spanWords(attempt)).toEqual({
      who: 'payments',
      what: 'attempt 2',
      failure: 'timed out after 1.00 s',
    });
    expect(callWords(call('timeout', 'error'), attempt)).toEqual({
      who: 'orders',
      what: 'charge → payments',
      failure: 'timed out after 1.00 s',
    });
    expect(callWords(call('ok', 'unset'), attempt).failure).toBeNull();
  });

  it('say that a call was rejected, and with which status a server failed', () => {
    expect(spanWords(call('breaker-open', 'error')).failure).toBe('rejected, breaker open');
    const answered = spanOf('3', null, [0, 5], {
      status: 'error',
      attributes: { 'http.response.status_code': 503 },
    });
    expect(spanWords(answered).failure).toBe('answered 503');
  });
});
