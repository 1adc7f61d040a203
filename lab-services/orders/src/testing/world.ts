import type { Fulfilment, StepOutcome } from '../saga/fulfilment.ts';
import type { SagaStep } from '../saga/saga.ts';

/**
 * The services behind a saga, as far as it can tell: every step takes effect at most once per
 * order, undoing is idempotent, and a step that was undone before it came never takes effect.
 */
export interface World extends Fulfilment {
  /** Steps in effect for the order, sorted. */
  effectsOf(orderId: string): SagaStep[];
  /** Makes a step fail from now on. `unreachable` fails its compensation too. */
  break(step: SagaStep, how: 'refused' | 'lost-answer' | 'unreachable'): void;
  mend(step: SagaStep): void;
}

/** Creates a world in which everything works. */
export function createWorld(): World {
  const effects = new Map<string, Set<SagaStep>>();
  const barred = new Set<string>();
  const broken = new Map<SagaStep, 'refused' | 'lost-answer' | 'unreachable'>();

  function take(step: SagaStep, orderId: string): void {
    const taken = effects.get(orderId) ?? new Set();
    effects.set(orderId, taken.add(step));
  }

  return {
    effectsOf: (orderId) => [...(effects.get(orderId) ?? [])].sort(),
    break: (step, how) => void broken.set(step, how),
    mend: (step) => void broken.delete(step),
    async perform(step, { orderId }): Promise<StepOutcome> {
      const fail = (code: string, effect: 'none' | 'possible'): StepOutcome => ({
        kind: 'failed',
        code,
        detail: `${step} is broken`,
        effect,
      });
      if (barred.has(`${step} ${orderId}`)) return fail('undone-before', 'none');
      switch (broken.get(step)) {
        case 'refused':
          return fail('payment-declined', 'none');
        case 'unreachable':
          return fail('payment-unavailable', 'none');
        case 'lost-answer':
          take(step, orderId);
          return fail('payment-unavailable', 'possible');
        case undefined:
          take(step, orderId);
          return { kind: 'done' };
      }
    },
    async compensate(step, { orderId }) {
      if (broken.get(step) === 'unreachable') {
        return { kind: 'failed', reason: `${step} is unreachable` };
      }
      barred.add(`${step} ${orderId}`);
      effects.get(orderId)?.delete(step);
      return { kind: 'done' };
    },
  };
}
