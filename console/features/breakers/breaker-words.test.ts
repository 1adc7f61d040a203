import type { BreakerLane } from '@faultline/collector/contract';
import { describe, expect, it } from 'vitest';
import { evidenceNow, evidenceWords } from './breaker-words.ts';

const callAt = (at: number, outcome: BreakerLane['calls'][number]['outcome']) => ({
  at,
  outcome,
  durationMs: 5,
  traceId: null,
});

describe('the evidence of a breaker', () => {
  it('counts the calls of the window that went out', () => {
    const calls = [
      callAt(100, 'failed'),
      callAt(95_000, 'ok'),
      callAt(96_000, 'slow'),
      callAt(97_000, 'failed'),
      callAt(98_000, 'rejected'),
    ];
    const evidence = evidenceNow(calls, 10_000, 100_000);
    expect(evidence).toEqual({ windowMs: 10_000, calls: 3, failures: 2, slow: 1 });
    expect(evidenceWords(evidence)).toBe('2 of 3 calls failed, 1 of them slow, in 10 s');
  });

  it('says so when there was no call', () => {
    expect(evidenceWords(evidenceNow([], 10_000, 0))).toBe('no call in 10 s');
  });
});
