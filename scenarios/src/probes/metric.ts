import { METRIC_AGGREGATES, type MetricSeries } from '@faultline/collector/contract';
import { z } from 'zod';
import { formatDuration } from '../document/units.ts';
import { keysMatch, nameField, windowField } from './fields.ts';
import type { ProbeKind } from './model.ts';
import { inMilliseconds } from './red/subject.ts';

type Aggregate = MetricSeries['aggregate'];

type MetricSpec = {
  probe: 'metric';
  name: string;
  service?: string | undefined;
  instance?: string | undefined;
  labels: Record<string, string>;
  aggregate: Aggregate;
  windowMs: number;
};

/** One value of the whole span and of all series together. */
const TOGETHER: Readonly<Record<Aggregate, (values: readonly number[]) => number>> = {
  last: sum,
  rate: sum,
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
};

/** Any metric that the collector keeps. */
export const metric: ProbeKind<MetricSpec> = {
  kind: 'metric',
  title: 'Metric',
  summary:
    'A metric that was scraped or came by OTLP, over the span, in the unit of the metric. Over several series `last` and `rate` are added up; `max` and `min` are the extreme of all.',
  unit: '',
  minimumSamples: 0,
  schema: z
    .strictObject({
      probe: z.literal('metric'),
      name: nameField('Name, for instance `db_pool_waiting`'),
      service: nameField('Only of this service').optional(),
      instance: nameField('Only of this instance').optional(),
      labels: z
        .record(z.string(), z.string().max(500))
        .superRefine(keysMatch(/^[a-zA-Z_][a-zA-Z0-9_.]{0,99}$/, 'is the name of a label'))
        .refine((labels) => Object.keys(labels).length <= 10, 'at most 10 labels')
        .default({})
        .meta({ description: 'Values of labels that a series must have' }),
      aggregate: z
        .enum(METRIC_AGGREGATES, { error: `is one of ${METRIC_AGGREGATES.join(', ')}` })
        .default('last')
        .meta({ description: '`rate` is the growth of a counter per second' }),
      window: windowField(),
    })
    .transform(inMilliseconds),
  describe: ({ name, service, instance, labels, aggregate, windowMs }) => {
    const whose = instance ?? service;
    const chosen = Object.entries(labels).map(([label, value]) => ` ${label} ${value}`);
    return `${aggregate} ${name}${chosen.join(',')}${whose === undefined ? '' : ` of ${whose}`} over ${formatDuration(windowMs)}`;
  },
  windowMs: ({ windowMs }) => windowMs,
  async measure({ name, service, instance, labels, aggregate }, { from, to }, sight) {
    const stepMs = Math.max(1000, Math.ceil(to - from));
    const { series, truncated } = await sight.metrics({
      ...{ name, labels, aggregate, stepMs, from: to - stepMs, to },
      ...(service === undefined ? {} : { service }),
      ...(instance === undefined ? {} : { instance }),
    });
    const values = series.flatMap((one) => one.values[0] ?? []);
    if (values.length === 0) return { value: null, samples: 0, detail: 'no value was seen' };
    return {
      value: TOGETHER[aggregate](values),
      samples: values.length,
      detail: `${values.length}${truncated ? ' of more' : ''} series`,
    };
  },
};

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
