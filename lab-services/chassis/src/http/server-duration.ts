import { Histogram, type Registry } from 'prom-client';
import { DURATION_BUCKETS_S, METRIC } from '../core/index.ts';

/** Duration of answered requests of both protocols, seconds. */
export type ServerDuration = Histogram<'method' | 'route' | 'status'>;

/** The one instrument of `registry` for it. */
export function serverDurationIn(registry: Registry): ServerDuration {
  const existing = registry.getSingleMetric(METRIC.serverDuration);
  if (existing) return existing as ServerDuration;
  return new Histogram({
    name: METRIC.serverDuration,
    help: 'Duration of answered requests, seconds',
    labelNames: ['method', 'route', 'status'],
    buckets: [...DURATION_BUCKETS_S],
    registers: [registry],
  });
}
