import { z } from 'zod';
import type { ProbeKind } from '../model.ts';
import {
  checkSubject,
  inMilliseconds,
  redOf,
  sayRedSubject,
  subjectShape,
  zeroUnlessDark,
  type RedSubject,
} from './subject.ts';

/** How many calls a second there were. */
export const redRate: ProbeKind<RedSubject & { probe: 'red.rate' }> = {
  kind: 'red.rate',
  title: 'Rate',
  summary:
    'Calls per second of a service, operation or link, from spans. A link counts attempts that went out; 0 when there were none.',
  unit: '1/s',
  minimumSamples: 0,
  schema: z
    .strictObject({ probe: z.literal('red.rate'), ...subjectShape })
    .superRefine(checkSubject)
    .transform(inMilliseconds),
  describe: (spec) => `rate${sayRedSubject(spec)}`,
  windowMs: ({ windowMs }) => windowMs,
  async measure(spec, span, sight) {
    const sighted = await redOf(spec, span, sight);
    if (sighted.kind !== 'seen') return zeroUnlessDark(sighted);
    return { value: sighted.row.ratePerS, samples: null };
  },
};
