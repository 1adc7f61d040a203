import { z } from 'zod';
import { formatDuration } from '../../document/units.ts';
import { windowField } from '../fields.ts';
import type { ProbeKind } from '../model.ts';
import { inMilliseconds } from '../red/subject.ts';
import { settledWithin } from './settled.ts';

const OUTCOMES = ['completed', 'compensated', 'stuck'] as const;

/** Fewer sagas than this say nothing of a ratio. */
const ENOUGH_SAGAS = 10;

type SagaRatio = { probe: 'saga.ratio'; state: (typeof OUTCOMES)[number]; windowMs: number };

/** What became of the sagas. */
export const sagaRatio: ProbeKind<SagaRatio> = {
  kind: 'saga.ratio',
  title: 'Share of sagas',
  summary:
    'Share of the sagas that came to rest within the span: completed, compensated or stuck, over all three.',
  unit: 'ratio',
  minimumSamples: ENOUGH_SAGAS,
  schema: z
    .strictObject({
      probe: z.literal('saga.ratio'),
      state: z
        .enum(OUTCOMES, { error: `is one of ${OUTCOMES.join(', ')}` })
        .meta({ description: 'Which outcome' }),
      window: windowField('30s'),
    })
    .transform(inMilliseconds),
  describe: ({ state, windowMs }) => `share of ${state} sagas over ${formatDuration(windowMs)}`,
  windowMs: ({ windowMs }) => windowMs,
  async measure({ state }, span, sight) {
    const settled = await settledWithin(span, sight);
    const own = settled.filter((saga) => saga.state === state).length;
    return {
      value: settled.length === 0 ? null : own / settled.length,
      samples: settled.length,
      detail: `${own} of ${settled.length} sagas`,
    };
  },
};
