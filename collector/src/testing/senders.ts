import { SpanKind, SpanStatusCode, trace, context, type Tracer } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import type { LogRecordExporter } from '@opentelemetry/sdk-logs';
import { SimpleSpanProcessor, TracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace';

const resource = resourceFromAttributes({
  'service.name': 'orders',
  'service.instance.id': 'orders-1',
});

/** Sends one order's trace with a real exporter: a server span, an attempt that failed, an event. */
export async function sendTrace(exporter: SpanExporter): Promise<string> {
  const provider = new TracerProvider({
    resource,
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const tracer: Tracer = provider.getTracer('test');
  const now = Date.now();
  const root = tracer.startSpan('POST /v1/orders', {
    kind: SpanKind.SERVER,
    startTime: now - 100,
    attributes: {
      'http.response.status_code': 503,
      'correlation.id': 'corr-1',
      'order.id': 'order-1',
      ratio: 0.25,
      negative: -7,
      sampled: true,
      names: ['a', 'ü'],
      'text.long': 'ä'.repeat(100),
    },
  });
  const child = tracer.startSpan(
    'POST payments',
    {
      kind: SpanKind.CLIENT,
      startTime: now - 80,
      attributes: { 'peer.service': 'payments', 'resilience.attempt': 1 },
    },
    trace.setSpan(context.active(), root),
  );
  child.addEvent('resilience.backoff', { delay_ms: 12 }, now - 30);
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'timed out' });
  child.end(now - 20);
  root.end();
  const { traceId } = root.spanContext();
  await provider.forceFlush();
  await provider.shutdown();
  return traceId;
}

/** Sends one breaker event with a real exporter. */
export async function sendEvent(exporter: LogRecordExporter): Promise<void> {
  const provider = new LoggerProvider({
    resource,
    processors: [new SimpleLogRecordProcessor({ exporter })],
  });
  provider.getLogger('test').emit({
    timestamp: Date.now(),
    severityNumber: 13,
    body: 'breaker opened',
    eventName: 'resilience.breaker.state_changed',
    attributes: {
      link: 'orders->payments',
      'breaker.from': 'closed',
      'breaker.to': 'open',
      'breaker.reason': '5 failures in a row',
      'breaker.window_ms': 10_000,
      'breaker.calls': 9,
      'breaker.failures': 5,
      'breaker.slow': 1,
    },
  });
  await provider.forceFlush();
  await provider.shutdown();
}
