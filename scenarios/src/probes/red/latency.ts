import { z } from 'zod';
import type { ProbeKind } from '../model.ts';
import { ENOUGH_CALLS } from './error-ratio.ts';
import {
  checkSubject,
  inMilliseconds,
  NO_CALLS,
  redOf,
  sayRedSubject,
  subjectShape,
  type RedSubject,
} from './subject.ts';

const QUANTILES = [0.5, 0.95, 0.99] as const;
const FIELD = { 0.5: 'p50Ms', 0.95: 'p95Ms', 0.99: 'p99Ms' } as const;

type Latency = RedSubject & { probe: 'red.latency'; quantile: (typeof QUANTILES)[number] };

/** How long the calls took. */
export const redLatency: ProbeKind<Latency> = {
  kind: 'red.latency',
  title: 'Latency',
  summary:
    'A percentile of the duration of calls of a service, operation or link, failed ones included; from histograms, off by at most 2 %.',
  unit: 'ms',
  minimumSamples: ENOUGH_CALLS,
  schema: z
    .strictObject({
      probe: z.literal('red.latency'),
      ...subjectShape,
      quantile: z
        .literal(QUANTILES, { error: 'is 0.5, 0.95 or 0.99' })
        .default(0.95)
        .meta({ description: 'Which percentile: 0.95 is the one that 5 % of the calls exceed' }),
    })
    .superRefine(checkSubject)
    .transform(inMilliseconds),
  describe: (spec) => `p${spec.quantile * 100}${sayRedSubject(spec)}`,
  windowMs: ({ windowMs }) => windowMs,
  async measure(spec, span, sight) {
    const sighted = await redOf(spec, span, sight);
    if (sighted.kind !== 'seen') return NO_CALLS;
    return { value: sighted.row[FIELD[spec.quantile]], samples: sighted.row.count };
  },
};
