import { EVENT, type EventName } from '@faultline/chassis/core';
import { currentCompensation, isEnded, stepOf, type Saga, type SagaMove } from './saga.ts';

/** One thing to tell of a saga. */
export interface SagaEvent {
  name: EventName;
  step: string;
  /** Why it failed. */
  reason?: string;
  /** How often undoing the step has failed so far. */
  attempt?: number;
}

/** What there is to tell when a saga begins. */
export const BEGIN_EVENTS: readonly SagaEvent[] = [
  { name: EVENT.sagaStarted, step: 'reserve-stock' },
  { name: EVENT.sagaStepStarted, step: 'reserve-stock' },
];

/** What there is to tell of a move, in the order in which it happened. */
export function eventsOfMove(before: Saga, move: SagaMove, after: Saga): SagaEvent[] {
  return [...endOfStep(before, move, after), ...beginOfNext(move, after)];
}

function endOfStep(before: Saga, move: SagaMove, after: Saga): SagaEvent[] {
  const step = stepOf(before);
  switch (move.kind) {
    case 'step-completed':
      return [{ name: EVENT.sagaStepCompleted, step }];
    case 'step-failed':
    case 'cancelled':
      return [
        {
          name: EVENT.sagaStepFailed,
          step,
          reason: `${move.failure.code}: ${move.failure.detail}`,
        },
      ];
    case 'compensation-completed':
      return [{ name: EVENT.sagaCompensationCompleted, step }];
    case 'compensation-failed': {
      const attempt = 'failures' in after ? after.failures : 0;
      const failed = { step, reason: move.reason, attempt };
      const becameStuck = after.state === 'stuck' && before.state !== 'stuck';
      return [
        { name: EVENT.sagaCompensationFailed, ...failed },
        ...(becameStuck ? [{ name: EVENT.sagaStuck, ...failed }] : []),
      ];
    }
    case 'interrupted':
      return [{ name: EVENT.sagaResumed, step }];
  }
}

function beginOfNext(move: SagaMove, after: Saga): SagaEvent[] {
  if (move.kind === 'compensation-failed' || move.kind === 'interrupted') return [];
  if (!isEnded(after)) {
    return after.state === 'running'
      ? [{ name: EVENT.sagaStepStarted, step: after.step }]
      : [
          {
            name: EVENT.sagaCompensationStarted,
            step: currentCompensation(after),
            reason: after.failure.code,
          },
        ];
  }
  if (after.state === 'compensated') {
    return [{ name: EVENT.sagaCompensated, step: after.failure.step, reason: after.failure.code }];
  }
  // Confirming is part of the same transaction: it began and ended with it.
  return [EVENT.sagaStepStarted, EVENT.sagaStepCompleted, EVENT.sagaCompleted].map((name) => ({
    name,
    step: 'confirm',
  }));
}
