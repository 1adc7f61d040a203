import { gzipSync } from 'node:zlib';
import { OTLPLogExporter as HttpLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtoLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as GrpcTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as HttpTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Breaker, CollectorStats, LogPage, Trace } from '../contract/index.ts';
import { eventually, startTestCollector, type TestCollector } from '../testing/running.ts';
import { sendEvent, sendTrace } from '../testing/senders.ts';
import { MAX_BODY_BYTES, MAX_DECOMPRESSED_BYTES } from './body.ts';

let running: TestCollector;
beforeAll(async () => {
  running = await startTestCollector();
});
afterAll(() => running[Symbol.asyncDispose]());

const stats = (): Promise<CollectorStats> => running.get('/api/stats');

function post(path: string, body: string | Buffer, headers: Record<string, string>) {
  return fetch(running.collector.httpUrl + path, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers,
  });
}

describe('what the exporters of the OpenTelemetry SDK send', () => {
  const url = (): string => `${running.collector.httpUrl}/v1/traces`;
  const exporters = {
    'protobuf over HTTP': () => new ProtoTraceExporter({ url: url() }),
    'protobuf over HTTP, gzip': () =>
      new ProtoTraceExporter({ url: url(), compression: 'gzip' as never }),
    'JSON over HTTP': () => new HttpTraceExporter({ url: url() }),
    'protobuf over gRPC': () => new GrpcTraceExporter({ url: running.collector.grpcUrl }),
  };

  it.each(Object.entries(exporters))('reads a trace: %s', async (_, exporter) => {
    const traceId = await sendTrace(exporter());
    const trace = await eventually(
      () => running.get<Trace>(`/api/traces/${traceId}`),
      (answer) => answer.spans?.length === 2,
    );
    expect(trace).toMatchObject({
      traceId,
      service: 'orders',
      operation: 'POST /v1/orders',
      httpStatus: 503,
      spanCount: 2,
      errorCount: 2,
      correlationId: 'corr-1',
      truncated: false,
    });
    const [root, child] = trace.spans;
    expect(root).toMatchObject({
      kind: 'server',
      instance: 'orders-1',
      parentSpanId: null,
      attributes: {
        ratio: 0.25,
        negative: -7,
        sampled: true,
        names: '["a","ü"]',
        'text.long': 'ä'.repeat(100),
      },
    });
    expect(root?.durationMs).toBeGreaterThanOrEqual(99);
    expect(child).toMatchObject({
      kind: 'client',
      parentSpanId: root?.spanId,
      status: 'error',
      statusMessage: 'timed out',
      link: 'orders->payments',
    });
    expect(child?.durationMs).toBeCloseTo(60, 1);
    expect(child?.events[0]).toMatchObject({
      name: 'resilience.backoff',
      attributes: { delay_ms: 12 },
    });
    expect(child?.events[0]?.at).toBeCloseTo((child?.startedAt ?? 0) + 50, 0);
  });

  it.each([
    ['protobuf', (url: string) => new ProtoLogExporter({ url })],
    ['JSON', (url: string) => new HttpLogExporter({ url })],
  ])('reads an event as log record and as breaker: %s', async (_, exporter) => {
    await sendEvent(exporter(`${running.collector.httpUrl}/v1/logs`));
    const page = await eventually(
      () => running.get<LogPage>('/api/logs?event=resilience.breaker.*&severity=warn'),
      ({ logs }) => logs.length > 0,
    );
    expect(page.logs[0]).toMatchObject({
      body: 'breaker opened',
      severity: 'warn',
      service: 'orders',
      instance: 'orders-1',
      eventName: 'resilience.breaker.state_changed',
    });
    const { breakers } = await running.get<{ breakers: Breaker[] }>('/api/breakers');
    expect(breakers).toMatchObject([
      {
        link: 'orders->payments',
        instance: 'orders-1',
        state: 'open',
        evidence: { windowMs: 10_000, calls: 9, failures: 5, slow: 1 },
      },
    ]);
  });

  it('counts metric points', async () => {
    const exporter = new OTLPMetricExporter({ url: `${running.collector.httpUrl}/v1/metrics` });
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 });
    const provider = new MeterProvider({
      resource: resourceFromAttributes({ 'service.name': 'orders' }),
      readers: [reader],
    });
    const before = (await stats()).metrics.received;
    provider.getMeter('test').createCounter('orders').add(3, { style: 'orchestrated' });
    provider.getMeter('test').createHistogram('latency').record(12.5);
    await provider.shutdown();
    // The histogram is kept as its count and its sum.
    await eventually(stats, ({ metrics }) => metrics.stored >= before + 3);
  });
});

describe('what a stranger may send', () => {
  const valid = {
    traceId: '1'.repeat(32),
    spanId: '2'.repeat(16),
    startTimeUnixNano: '1800000000000000000',
    endTimeUnixNano: '1800000000000000000',
  };
  const request = (spans: unknown[]): string =>
    JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
  const json = { 'content-type': 'application/json' };
  const proto = { 'content-type': 'application/x-protobuf' };

  it('keeps the good spans of a request and says why the others were refused', async () => {
    const response = await post('/v1/traces', request([valid, { ...valid, traceId: '00' }]), json);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      partialSuccess: {
        rejectedSpans: '1',
        errorMessage: '1 spans refused: traceId: 16 bytes, not all zero',
      },
    });
  });

  it('answers nothing at all to a complete success in protobuf', async () => {
    const response = await post('/v1/traces', Buffer.alloc(0), proto);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/x-protobuf');
    expect((await response.arrayBuffer()).byteLength).toBe(0);
  });

  it('answers a google.rpc.Status in the encoding of the request', async () => {
    const broken = await post('/v1/traces', '{"resourceSpans":7}', json);
    expect(broken.status).toBe(400);
    expect(await broken.json()).toEqual({ code: 3, message: 'resourceSpans: an array' });
    const bytes = await post('/v1/traces', Buffer.from([0x0a, 0xff, 0xff, 0x03]), proto);
    expect(bytes.status).toBe(400);
    expect(Buffer.from(await bytes.arrayBuffer()).toString('latin1')).toContain('length: at most');
  });

  it('cuts off a decompression bomb', async () => {
    const bomb = gzipSync(Buffer.alloc(MAX_DECOMPRESSED_BYTES + 1));
    expect(bomb.length).toBeLessThan(MAX_BODY_BYTES);
    const response = await post('/v1/traces', bomb, { ...proto, 'content-encoding': 'gzip' });
    expect(response.status).toBe(413);
  });

  it('refuses a body above the limit, a broken gzip, and encodings it does not know', async () => {
    expect((await post('/v1/logs', Buffer.alloc(MAX_BODY_BYTES + 1), proto)).status).toBe(413);
    const gzip = { ...proto, 'content-encoding': 'gzip' };
    expect((await post('/v1/logs', Buffer.from('no gzip'), gzip)).status).toBe(400);
    const zstd = { ...proto, 'content-encoding': 'zstd' };
    expect((await post('/v1/logs', Buffer.alloc(1), zstd)).status).toBe(415);
    expect((await post('/v1/logs', 'text', { 'content-type': 'text/plain' })).status).toBe(415);
  });

  it('drops a span above the size of an item, and counts it', async () => {
    const before = (await stats()).spans.dropped['too-large'] ?? 0;
    const name = 'x'.repeat(300_000);
    const response = await post('/v1/traces', request([{ ...valid, name }]), json);
    expect(response.status).toBe(200);
    expect((await stats()).spans.dropped['too-large']).toBe(before + 1);
  });

  it('survives JSON nested deeper than the stack', async () => {
    const deep = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"x":${'['.repeat(2e6)}${']'.repeat(2e6)}}]}]}]}`;
    expect((await post('/v1/traces', deep, json)).status).toBe(400);
  });

  it('answers INVALID_ARGUMENT over gRPC and lives on', async () => {
    const { Client, credentials } = await import('@grpc/grpc-js');
    const client = new Client(
      new URL(running.collector.grpcUrl).host,
      credentials.createInsecure(),
    );
    const identity = (bytes: Buffer): Buffer => bytes;
    const error = await new Promise<{ code: number } | null>((resolve) => {
      client.makeUnaryRequest(
        '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
        identity,
        identity,
        Buffer.from([0x0a, 0x05, 0x01]),
        (failure) => resolve(failure),
      );
    });
    client.close();
    expect(error?.code).toBe(3);
  });
});
