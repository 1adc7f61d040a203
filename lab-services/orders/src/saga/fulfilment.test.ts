import type { CallOutcome } from '@faultline/chassis';
import { describe, expect, it } from 'vitest';
import { readStep } from './fulfilment.ts';

const declined = { type: 'about:blank', title: 'No', status: 402, code: 'payment-declined' };

describe('the outcome of a step', () => {
  const read = (outcome: Parameters<typeof readStep>[0]) =>
    readStep(outcome, 'payment-unavailable');

  it('is done when the callee did it', () => {
    expect(read({ kind: 'ok', status: 201, body: undefined, attempts: 2 })).toEqual({
      kind: 'done',
    });
  });

  it('has no effect when the callee refused the only attempt', () => {
    expect(read({ kind: 'refused', status: 402, problem: declined, attempts: 1 })).toEqual({
      kind: 'failed',
      code: 'payment-declined',
      detail: 'No',
      effect: 'none',
    });
  });

  it.each([
    { attempts: 1, effect: 'none' },
    { attempts: 2, effect: 'possible' },
  ])('reads a no that came as an answer, after $attempts attempts', ({ attempts, effect }) => {
    const body = { code: 'insufficient-stock', detail: '2 are left.' };
    expect(read({ kind: 'ok', status: 200, body, attempts })).toEqual({
      ...{ kind: 'failed', code: 'insufficient-stock', detail: '2 are left.' },
      effect,
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
    const failure: CallOutcome<undefined> = {
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
