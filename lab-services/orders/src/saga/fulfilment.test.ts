import type { CallOutcome } from '@faultline/chassis';
import { describe, expect, it } from 'vitest';
import { readStep } from './fulfilment.ts';

const declined = { type: 'about:blank', title: 'No', status: 402, code: 'payment-declined' };

describe('the outcome of a step', () => {
  const read = (outcome: CallOutcome<unknown>) => readStep(outcome, 'payment-unavailable');

  it('is done when the callee did it', () => {
    expect(read({ kind: 'ok', status: 201, body: {}, attempts: 2 })).toEqual({ kind: 'done' });
  });

  it('has no effect when the callee refused the only attempt', () => {
    expect(read({ kind: 'refused', status: 402, problem: declined, attempts: 1 })).toEqual({
      kind: 'failed',
      code: 'payment-declined',
      detail: 'No',
      effect: 'none',
    });
  });

  it('may have an effect when an attempt before the refused one is unaccounted for', () => {
    expect(read({ kind: 'refused', status: 402, problem: declined, attempts: 2 })).toMatchObject({
      effect: 'possible',
    });
  });

  it.each([
    { maybeReceived: true, effect: 'possible' },
    { maybeReceived: false, effect: 'none' },
  ])('has the effect $effect when maybeReceived is $maybeReceived', ({ maybeReceived, effect }) => {
    const failure: CallOutcome<unknown> = {
      kind: 'failed',
      reason: 'timeout',
      maybeReceived,
      attempts: 3,
      detail: 'no answer in 1000 ms',
    };
    expect(read(failure)).toEqual({
      kind: 'failed',
      code: 'payment-unavailable',
      detail: 'timeout: no answer in 1000 ms',
      effect,
    });
  });
});
