import { z } from 'zod';
import { formatDuration } from '../../document/units.ts';
import { durationField } from '../fields.ts';
import type { ProbeKind } from '../model.ts';
import { ENOUGH_CALLS } from '../red/error-ratio.ts';
import { NO_CALLS, sayRedSubject, windowOf } from '../red/subject.ts';
import { indicatorShape } from './availability.ts';

type FastShare = {
  probe: 'sli.latency';
  service: string;
  operation?: string | undefined;
  thresholdMs: number;
  windowMs: number;
};

/** Which share of the calls was fast enough. */
export const sliLatency: ProbeKind<FastShare> = {
  kind: 'sli.latency',
  title: 'Share of fast calls',
  summary:
    'Share of calls of a service or operation that took no longer than the threshold, failed ones included; the threshold is off by at most 4 %.',
  unit: 'ratio',
  minimumSamples: ENOUGH_CALLS,
  schema: z
    .strictObject({
      probe: z.literal('sli.latency'),
      ...indicatorShape,
      threshold: durationField({
        minimumMs: 1,
        maximumMs: 300_000,
        description: 'Longest time of a fast call',
      }),
    })
    .transform(({ window, threshold, ...fields }) => ({
      ...fields,
      thresholdMs: threshold,
      windowMs: window,
    })),
  describe: (spec) =>
    `share of calls within ${formatDuration(spec.thresholdMs)}${sayRedSubject(spec)}`,
  windowMs: ({ windowMs }) => windowMs,
  async measure({ service, operation, thresholdMs }, span, sight) {
    const { good, total } = await sight.fasterThan({
      service,
      ...(operation === undefined ? {} : { operation }),
      thresholdMs,
      windowMs: windowOf(span),
    });
    if (total === 0) return NO_CALLS;
    return { value: good / total, samples: total, detail: `${good} of ${total} calls were fast` };
  },
};
