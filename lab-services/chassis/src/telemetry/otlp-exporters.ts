import type { TelemetryExporters } from './telemetry.ts';

const EXPORT_TIMEOUT_MS = 5000;

/**
 * Exporters for OTLP over HTTP with protobuf. Imported only when a collector is configured.
 *
 * @param endpoint base URL, for instance `http://127.0.0.1:4318`
 */
export async function createOtlpExporters(endpoint: string): Promise<TelemetryExporters> {
  const [{ OTLPTraceExporter }, { OTLPLogExporter }] = await Promise.all([
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/exporter-logs-otlp-proto'),
  ]);
  const base = endpoint.replace(/\/$/, '');
  const options = { timeoutMillis: EXPORT_TIMEOUT_MS, concurrencyLimit: 2 };
  return {
    spans: new OTLPTraceExporter({ ...options, url: `${base}/v1/traces` }),
    logs: new OTLPLogExporter({ ...options, url: `${base}/v1/logs` }),
  };
}
