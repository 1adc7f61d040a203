import { SAGA_STATES } from '@faultline/chassis/core';
import { z } from 'zod';

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
