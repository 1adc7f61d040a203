import type { Reply } from './api/reply.ts';
import type { ProxyCollection } from './proxy/collection.ts';
import type { Proxy } from './proxy/proxy.ts';

/** Prometheus text, version 0.0.4. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export interface Metrics {
  reply(): Promise<Reply>;
}

export interface MetricsInput {
  readonly proxies: ProxyCollection;
  /** `-proxy-metrics`: bytes and connections per proxy, live. */
  readonly proxy: boolean;
  /** `-runtime-metrics`: memory, CPU and event loop of this process. */
  readonly runtime: boolean;
}

/** Collects when asked; answers undefined when nothing was asked for. */
export async function createMetrics(input: MetricsInput): Promise<Metrics | undefined> {
  if (!input.proxy && !input.runtime) return undefined;
  // Loaded on demand: it would add a third to the start of a process that rarely needs it.
  const runtime = input.runtime ? await import('prom-client') : undefined;
  const registry = runtime && new runtime.Registry();
  runtime?.collectDefaultMetrics(registry ? { register: registry } : {});

  return {
    async reply() {
      const own = input.proxy ? proxyMetrics(input.proxies.all()) : '';
      const body = own + ((await registry?.metrics()) ?? '');
      return { status: 200, contentType: CONTENT_TYPE, body };
    },
  };
}

function proxyMetrics(proxies: readonly Proxy[]): string {
  return [
    bytesMetric('received', 'receivedBytes', proxies),
    bytesMetric('sent', 'sentBytes', proxies),
    connectionMetric(proxies),
  ].join('');
}

function bytesMetric(
  verb: string,
  count: 'receivedBytes' | 'sentBytes',
  proxies: readonly Proxy[],
): string {
  const name = `toxiproxy_proxy_${verb}_bytes_total`;
  const samples = proxies.flatMap((proxy) =>
    (['upstream', 'downstream'] as const).map((direction) => {
      const labels = { direction, ...labelsOf(proxy) };
      return sample(name, labels, proxy.traffic.totals(direction)[count]);
    }),
  );
  return `# HELP ${name} Bytes ${verb} per direction of a proxy.\n# TYPE ${name} counter\n${samples.join('')}`;
}

function connectionMetric(proxies: readonly Proxy[]): string {
  const name = 'toxiproxy_proxy_live_connections';
  const samples = proxies.map((proxy) => sample(name, labelsOf(proxy), proxy.connections.length));
  return `# HELP ${name} Connections open now.\n# TYPE ${name} gauge\n${samples.join('')}`;
}

function labelsOf(proxy: Proxy): Record<string, string> {
  return { listener: proxy.listen, proxy: proxy.name, upstream: proxy.upstream };
}

function sample(name: string, labels: Record<string, string>, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
  return `${name}{${pairs.join(',')}} ${value}\n`;
}

/** Label values escape backslash, double quote and line feed (exposition format 0.0.4). */
function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
