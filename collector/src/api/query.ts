import { SAGA_STATES } from '@faultline/chassis/core';
import { z } from 'zod';
import { METRIC_AGGREGATES } from '../contract/index.ts';

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** A window like `30s` or `5m`, as milliseconds; 1 s to 15 min. */
const windowMs = z
  .string()
  .regex(/^\d{1,6}(ms|s|m|h)$/, 'a number with its unit: ms, s, m or h')
  .transform((text) => {
    const unit = /[a-z]+$/.exec(text)?.[0] as keyof typeof UNIT_MS;
    return Number.parseInt(text, 10) * UNIT_MS[unit];
  })
  .pipe(z.number().min(1000, 'at least 1s').max(900_000, 'at most 15m'));

/** Query of `GET /api/red` and `GET /api/graph`. */
export const windowQuerySchema = z.object({
  window: windowMs.default(30_000),
});

/** Query of `GET /api/red/faster`. */
export const fastCallsQuerySchema = windowQuerySchema.extend({
  service: z.string().min(1),
  operation: z.string().min(1).optional(),
  thresholdMs: z.coerce.number().gt(0, 'above 0').max(300_000, 'at most 300000'),
});

const time = z.coerce.number().min(0).max(8.64e15);

/** Most points of a series. */
const MAX_POINTS = 2000;

/** Query of `GET /api/red/series`. */
export const seriesQuerySchema = z
  .object({
    service: z.string().min(1).optional(),
    operation: z.string().min(1).optional(),
    link: z.string().min(1).optional(),
    from: time,
    to: time,
    stepMs: z.coerce.number().int().min(1000, 'at least 1000'),
  })
  .refine(({ service, link }) => (service === undefined) !== (link === undefined), {
    message: 'either service or link',
    path: ['service'],
  })
  .refine(({ from, to }) => from < to, { message: 'after from', path: ['to'] })
  .refine(({ from, to, stepMs }) => (to - from) / stepMs <= MAX_POINTS, {
    message: `at most ${MAX_POINTS} points in a range`,
    path: ['stepMs'],
  });

/** A range of a metric without `from`, milliseconds. */
const METRIC_RANGE_MS = 600_000;
const LABEL = /^label\.([a-zA-Z_][a-zA-Z0-9_.]{0,99})$/;
const MOST_LABELS = 10;

/** Query of `GET /api/metrics`; `label.<name>` chooses by label. @param now epoch milliseconds */
export function metricQuerySchema(now: number) {
  return z
    .object({
      name: z.string().min(1).max(200),
      service: z.string().min(1).optional(),
      instance: z.string().min(1).optional(),
      aggregate: z.enum(METRIC_AGGREGATES).default('last'),
      from: time.optional(),
      to: time.default(now),
      stepMs: z.coerce.number().int().min(1000, 'at least 1000').default(5000),
    })
    .catchall(z.string().max(500))
    .transform(({ name, service, instance, aggregate, from, to, stepMs, ...others }) => ({
      ...{ name, service, instance, aggregate, to, stepMs },
      from: from ?? to - METRIC_RANGE_MS,
      others: Object.entries(others),
    }))
    .refine(({ others }) => others.every(([key]) => LABEL.test(key)), {
      message: 'name, service, instance, label.<name>, from, to, stepMs or aggregate',
      path: ['(name of a field)'],
    })
    .refine(({ others }) => others.length <= MOST_LABELS, {
      message: `at most ${MOST_LABELS} labels`,
      path: ['label'],
    })
    .refine(({ from, to }) => from < to, { message: 'after from', path: ['to'] })
    .refine(({ from, to, stepMs }) => (to - from) / stepMs <= MAX_POINTS, {
      message: `at most ${MAX_POINTS} points in a range`,
      path: ['stepMs'],
    })
    .transform(({ others, ...query }) => ({
      ...query,
      labels: Object.fromEntries(
        others.map(([key, value]) => [LABEL.exec(key)?.[1] ?? key, value]),
      ),
    }));
}

/** Query of `GET /api/breakers/lanes`. */
export const lanesQuerySchema = z.object({
  from: time,
  to: time,
  link: z.string().min(1).optional(),
});

/** Query of `GET /api/sagas`. */
export const sagaQuerySchema = z.object({
  state: z.enum(SAGA_STATES).optional(),
  q: z.string().min(1).optional(),
  from: time.optional(),
  to: time.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().optional(),
});
