import { z } from 'zod';
import type { ProbeKind } from '../model.ts';
import {
  checkSubject,
  inMilliseconds,
  NO_CALLS,
  redOf,
  sayRedSubject,
  subjectShape,
  type RedSubject,
} from './subject.ts';

/** Fewer calls than this say nothing of a ratio or a percentile. */
export const ENOUGH_CALLS = 10;

/** Which share of the calls failed. */
export const redErrorRatio: ProbeKind<RedSubject & { probe: 'red.errorRatio' }> = {
  kind: 'red.errorRatio',
  title: 'Error ratio',
  summary:
    'Share of failed calls of a service, operation or link, from spans: status of error, or 500 and above. Calls that never went out are not among those of a link.',
  unit: 'ratio',
  minimumSamples: ENOUGH_CALLS,
  schema: z
    .strictObject({ probe: z.literal('red.errorRatio'), ...subjectShape })
    .superRefine(checkSubject)
    .transform(inMilliseconds),
  describe: (spec) => `errors${sayRedSubject(spec)}`,
  windowMs: ({ windowMs }) => windowMs,
  async measure(spec, span, sight) {
    const sighted = await redOf(spec, span, sight);
    if (sighted.kind !== 'seen') return NO_CALLS;
    const { errorRatio, errorCount, count } = sighted.row;
    return {
      value: errorRatio,
      samples: count,
      detail: `${errorCount} of ${count} calls failed`,
    };
  },
};
