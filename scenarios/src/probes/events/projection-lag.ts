import { METRIC } from '@faultline/chassis/core';
import { z } from 'zod';
import { nameField } from '../fields.ts';
import type { ProbeKind } from '../model.ts';
import { latestGauge } from './gauge.ts';

const MS_PER_SECOND = 1000;

/** How far a projection is behind the events that it is made from. */
export const projectionLag: ProbeKind<{ probe: 'projection.lag'; service: string }> = {
  kind: 'projection.lag',
  title: 'Projection lag',
  summary: 'How long the oldest event has waited that the projection of a service does not show.',
  unit: 'ms',
  minimumSamples: 0,
  schema: z.strictObject({
    probe: z.literal('projection.lag'),
    service: nameField('Service that keeps a projection'),
  }),
  describe: ({ service }) => `projection lag of ${service}`,
  windowMs: () => null,
  measure: ({ service }, span, sight) =>
    latestGauge({ name: METRIC.projectionLagSeconds, service, factor: MS_PER_SECOND }, span, sight),
};
