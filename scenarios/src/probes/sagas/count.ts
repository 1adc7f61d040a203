import { SAGA_STATES, type SagaState } from '@faultline/chassis/core';
import { z } from 'zod';
import { formatDuration } from '../../document/units.ts';
import { windowField } from '../fields.ts';
import type { ProbeKind } from '../model.ts';
import { inMilliseconds } from '../red/subject.ts';
import { isSettledWithin } from './settled.ts';

/** How many sagas came to a state. */
export const sagaCount: ProbeKind<{ probe: 'saga.count'; state: SagaState; windowMs: number }> = {
  kind: 'saga.count',
  title: 'Sagas in a state',
  summary:
    'How many sagas were completed, were compensated or got stuck within the span, or, for `running` and `compensating`, moved in it and are in that state now.',
  unit: 'count',
  minimumSamples: 0,
  schema: z
    .strictObject({
      probe: z.literal('saga.count'),
      state: z
        .enum(SAGA_STATES, { error: `is one of ${SAGA_STATES.join(', ')}` })
        .meta({ description: 'Which state' }),
      window: windowField('30s'),
    })
    .transform(inMilliseconds),
  describe: ({ state, windowMs }) => `${state} sagas over ${formatDuration(windowMs)}`,
  windowMs: ({ windowMs }) => windowMs,
  async measure({ state }, span, sight) {
    const { sagas } = await sight.sagas({ state, ...span });
    const isUnderWay = state === 'running' || state === 'compensating';
    const own = isUnderWay ? sagas : sagas.filter((saga) => isSettledWithin(saga, span));
    return { value: own.length, samples: null };
  },
};
