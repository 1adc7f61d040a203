import { z } from 'zod';
import type { ProbeKind } from '../model.ts';
import { ENOUGH_CALLS } from './error-ratio.ts';
import { inMilliseconds, linkRedOf, linkShape, NO_CALLS, sayRedSubject } from './subject.ts';

/** How much retries multiply the calls of a link. */
export const redAttempts: ProbeKind<{ probe: 'red.attempts'; link: string; windowMs: number }> = {
  kind: 'red.attempts',
  title: 'Attempts per call',
  summary:
    'Attempts that went out over a link, for each call: 1 when nothing is retried, 3 when every call is tried three times.',
  unit: 'times',
  minimumSamples: ENOUGH_CALLS,
  schema: z
    .strictObject({ probe: z.literal('red.attempts'), ...linkShape })
    .transform(inMilliseconds),
  describe: (spec) => `attempts per call${sayRedSubject(spec)}`,
  windowMs: ({ windowMs }) => windowMs,
  async measure({ link }, span, sight) {
    const sighted = await linkRedOf(link, span, sight);
    if (sighted.kind !== 'seen') return NO_CALLS;
    return { value: sighted.row.attemptsPerCall, samples: sighted.row.count };
  },
};
