import { z } from 'zod';
import type { ProbeKind } from '../model.ts';
import { inMilliseconds, linkRedOf, linkShape, sayRedSubject, zeroUnlessDark } from './subject.ts';

/** How many calls a second never left their caller. */
export const redRejected: ProbeKind<{ probe: 'red.rejected'; link: string; windowMs: number }> = {
  kind: 'red.rejected',
  title: 'Rejected calls',
  summary:
    'Calls per second of a link that never went out: breaker open, bulkhead full, deadline spent.',
  unit: '1/s',
  minimumSamples: 0,
  schema: z
    .strictObject({ probe: z.literal('red.rejected'), ...linkShape })
    .transform(inMilliseconds),
  describe: (spec) => `rejected calls${sayRedSubject(spec)}`,
  windowMs: ({ windowMs }) => windowMs,
  async measure({ link }, span, sight) {
    const sighted = await linkRedOf(link, span, sight);
    if (sighted.kind !== 'seen') return zeroUnlessDark(sighted);
    return { value: sighted.row.rejectedPerS, samples: null };
  },
};
