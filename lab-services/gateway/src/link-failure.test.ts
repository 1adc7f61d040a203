import { describe, expect, it } from 'vitest';
import { toPublicProblem, type Unanswered } from './link-failure.ts';

const refused = (status: number, code: string): Unanswered => ({
  kind: 'refused',
  status,
  problem: { type: 'about:blank', title: 'No', status, code, detail: 'because' },
  attempts: 1,
});
const failed = (reason: 'timeout' | 'breaker-open'): Unanswered => ({
  kind: 'failed',
  reason,
  maybeReceived: false,
  attempts: 1,
  detail: 'x',
});

describe('the public problem', () => {
  it('passes a refusal on with its status, code and detail', () => {
    expect(toPublicProblem('orders', refused(409, 'insufficient-stock'))).toMatchObject({
      problem: { status: 409, code: 'insufficient-stock', detail: 'because' },
    });
  });

  it('is 503 when a service behind the callee failed', () => {
    expect(toPublicProblem('orders', refused(424, 'payment-unavailable'))).toMatchObject({
      problem: { status: 503, code: 'payment-unavailable' },
    });
  });

  it('is 504 when time ran out and 503 when the call could not be made', () => {
    expect(toPublicProblem('orders', failed('timeout'))).toMatchObject({
      problem: { status: 504, code: 'orders-timeout' },
    });
    expect(toPublicProblem('orders', failed('breaker-open'))).toMatchObject({
      problem: { status: 503, code: 'orders-unavailable' },
    });
  });
});
