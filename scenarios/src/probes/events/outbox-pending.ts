import { METRIC } from '@faultline/chassis/core';
import { z } from 'zod';
import { nameField } from '../fields.ts';
import type { ProbeKind } from '../model.ts';
import { latestGauge } from './gauge.ts';

/** How many events a service has written down but not published. */
export const outboxPending: ProbeKind<{ probe: 'outbox.pending'; service: string }> = {
  kind: 'outbox.pending',
  title: 'Outbox',
  summary: 'Events in the outbox of a service that are not published yet.',
  unit: 'count',
  minimumSamples: 0,
  schema: z.strictObject({
    probe: z.literal('outbox.pending'),
    service: nameField('Service that has an outbox'),
  }),
  describe: ({ service }) => `outbox of ${service}`,
  windowMs: () => null,
  measure: ({ service }, span, sight) =>
    latestGauge({ name: METRIC.outboxPending, service }, span, sight),
};
