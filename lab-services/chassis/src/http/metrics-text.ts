import type { Registry } from 'prom-client';

/** Most names that a query may give. */
const MOST_NAMES = 200;

/**
 * Metrics in the text format of Prometheus. Who reads a few of them every second asks for these by
 * `name[]`, as with Prometheus' clients for Java and Python: histograms, the longest part of the text,
 * need not be written then.
 *
 * @param asked value of `name[]`, once or several times; undefined: everything. Names that the
 *   registry has not, and those beyond the 200th, are left out.
 */
export async function metricsText(registry: Registry, asked: unknown): Promise<string> {
  if (asked === undefined) return registry.metrics();
  const names = new Set([asked].flat().slice(0, MOST_NAMES));
  const known = registry.getMetricsAsArray().filter(({ name }) => names.has(name));
  const texts = known.map(({ name }) => registry.getSingleMetricAsString(name));
  return `${(await Promise.all(texts)).join('\n\n')}\n`;
}
