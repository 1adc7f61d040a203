import { z } from 'zod';
import { nameField, windowField } from '../fields.ts';
import type { ProbeKind } from '../model.ts';
import { ENOUGH_CALLS } from '../red/error-ratio.ts';
import { inMilliseconds, NO_CALLS, redOf, sayRedSubject } from '../red/subject.ts';

/** Fields of an indicator: what users of a service or of one operation get. */
export const indicatorShape = {
  service: nameField('Service, as its callers see it'),
  operation: nameField('One operation of the service, for instance `POST /v1/orders`').optional(),
  window: windowField(),
};

type Availability = {
  probe: 'sli.availability';
  service: string;
  operation?: string | undefined;
  windowMs: number;
};

/** Which share of the calls was answered well. */
export const sliAvailability: ProbeKind<Availability> = {
  kind: 'sli.availability',
  title: 'Availability',
  summary: 'Share of good calls of a service or operation: those that did not fail.',
  unit: 'ratio',
  minimumSamples: ENOUGH_CALLS,
  schema: z
    .strictObject({ probe: z.literal('sli.availability'), ...indicatorShape })
    .transform(inMilliseconds),
  describe: (spec) => `availability${sayRedSubject(spec)}`,
  windowMs: ({ windowMs }) => windowMs,
  async measure(spec, span, sight) {
    const sighted = await redOf(spec, span, sight);
    if (sighted.kind !== 'seen') return NO_CALLS;
    const { count, errorCount } = sighted.row;
    const good = count - errorCount;
    return {
      value: count === 0 ? null : good / count,
      samples: count,
      detail: `${good} of ${count} calls were good`,
    };
  },
};
