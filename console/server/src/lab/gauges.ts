import type { Gauge } from '../contract/index.ts';

/** Metrics that say what a pattern does; all others belong to the collector. */
const TOLD =
  /^(resilience_|db_pool_|outbox_pending|kafka_consumer_lag|security_|sagas$|projection_)/;
const SAMPLE = /^([a-z_]+)(?:\{([^}]*)\})? (\S+)$/;
const LABEL = /([a-z_]+)="((?:[^"\\]|\\.)*)"/g;
/** Most samples of one instance that are told. */
const MAXIMUM_SAMPLES = 500;

/** Gauges and counters of the patterns of one instance, from its Prometheus text. */
export function readGauges(instance: string, text: string): Gauge[] {
  const gauges: Gauge[] = [];
  for (const line of text.split('\n')) {
    const [, name = '', labels = '', number = ''] = SAMPLE.exec(line) ?? [];
    const value = Number(number);
    if (!TOLD.test(name) || /_(bucket|sum|count)$/.test(name) || !Number.isFinite(value)) continue;
    const pairs = [...labels.matchAll(LABEL)].map(([, key = '', word = '']) => [key, word]);
    gauges.push({
      instance,
      name,
      labels: Object.fromEntries(pairs) as Record<string, string>,
      value,
    });
    if (gauges.length >= MAXIMUM_SAMPLES) break;
  }
  return gauges;
}
