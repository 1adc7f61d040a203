import { Counter, type Registry } from 'prom-client';
import { METRIC } from '../core/index.ts';

/** Counts refused requests, whatever was missing: a token, a scope, a certificate. */
export function accessRefusals(registry: Registry): Counter<'reason'> {
  const existing = registry.getSingleMetric(METRIC.accessRefused);
  if (existing) return existing as Counter<'reason'>;
  return new Counter({
    name: METRIC.accessRefused,
    help: 'Requests refused for want of a good token or certificate',
    labelNames: ['reason'],
    registers: [registry],
  });
}
