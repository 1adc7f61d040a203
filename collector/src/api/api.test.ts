import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { problemSchema } from '@faultline/chassis/core';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { createParser } from 'eventsource-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  collectorStatsSchema,
  collectorStreamSchema,
  graphSchema,
  instanceUsageSchema,
  redSnapshotSchema,
  type CollectorStreamEvent,
  type InstanceUsage,
} from '../contract/index.ts';
import { eventually, startTestCollector, type TestCollector } from '../testing/running.ts';
import { sendEvent, sendTrace } from '../testing/senders.ts';

let running: TestCollector;
beforeAll(async () => {
  running = await startTestCollector();
});
afterAll(() => running[Symbol.asyncDispose]());

const url = (path: string): string => running.collector.httpUrl + path;

describe('problems', () => {
  it.each([
    ['/api/red?window=1h', 400, 'invalid-query'],
    ['/api/red?window=5', 400, 'invalid-query'],
    ['/api/red/faster?thresholdMs=100', 400, 'invalid-query'],
    ['/api/red/faster?service=a&thresholdMs=0', 400, 'invalid-query'],
    ['/api/red/faster?service=a&thresholdMs=300001', 400, 'invalid-query'],
    ['/api/red/faster?service=a&thresholdMs=100&window=16m', 400, 'invalid-query'],
    ['/api/red/series?from=0&to=1000&stepMs=1000', 400, 'invalid-query'],
    ['/api/red/series?service=a&from=0&to=1e9&stepMs=1000', 400, 'invalid-query'],
    ['/api/traces?limit=501', 400, 'invalid-query'],
    ['/api/traces?attr=novalue', 400, 'invalid-query'],
    ['/api/traces?cursor=nonsense', 400, 'invalid-cursor'],
    ['/api/traces/xyz', 400, 'invalid-query'],
    [`/api/traces/${'f'.repeat(32)}`, 404, 'trace-not-found'],
    ['/api/logs?severity=loud', 400, 'invalid-query'],
    ['/api/sagas/none', 404, 'saga-not-found'],
    ['/api/nothing', 404, 'route-not-found'],
  ])('%s: %d %s', async (path, status, code) => {
    const response = await fetch(url(path));
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(problemSchema.parse(await response.json()).code).toBe(code);
  });

  it.each([
    [{ host: 'evil.example' }, 'host-not-allowed'],
    [{ host: '127.0.0.1', origin: 'https://evil.example' }, 'origin-not-allowed'],
  ])('refuses requests on behalf of others: %j', async (headers, code) => {
    const body = await new Promise<string>((resolve) => {
      httpRequest(url('/api/red'), { headers }, (response) => {
        response.setEncoding('utf8').on('data', resolve);
      }).end();
    });
    expect(problemSchema.parse(JSON.parse(body)).code).toBe(code);
  });

  it('refuses targets beyond this machine', async () => {
    const targets = [{ service: 'a', instance: 'a-1', url: 'http://192.0.2.1/metrics' }];
    const response = await fetch(url('/api/targets'), {
      method: 'PUT',
      body: JSON.stringify({ targets }),
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(400);
  });
});

describe('scraping', () => {
  let target: Server;
  let cpuSeconds = 10;
  beforeAll(async () => {
    target = createServer((_, response) => {
      cpuSeconds += 0.25;
      response.end(
        `# HELP process_cpu_seconds_total x\nprocess_cpu_seconds_total ${cpuSeconds}\n` +
          'process_resident_memory_bytes 1.5e+08\nnodejs_heap_size_used_bytes 7\n' +
          'nodejs_eventloop_lag_seconds 0.002\n' +
          'resilience_breaker_state{link="gateway->orders",odd="a\\"}b"} 2\nbroken{\n',
      );
    });
    target.listen(0, '127.0.0.1');
    await once(target, 'listening');
    const address = `http://127.0.0.1:${(target.address() as AddressInfo).port}/metrics`;
    const targets = [
      { service: 'gateway', instance: 'gateway-1', url: address },
      { service: 'gone', instance: 'gone-1', url: 'http://127.0.0.1:1/metrics' },
    ];
    const response = await fetch(url('/api/targets'), {
      method: 'PUT',
      body: JSON.stringify({ targets }),
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(204);
  });
  afterAll(() => {
    target.closeAllConnections();
    target.close();
  });

  it('shows what instances use, and which are down', async () => {
    const { instances } = await eventually(
      () => running.get<InstanceUsage>('/api/instances'),
      (answer) => (answer.instances[0]?.cpuRatio ?? 0) > 0,
    );
    expect(instanceUsageSchema.parse({ instances })).toMatchObject({
      instances: [
        {
          instance: 'gateway-1',
          up: true,
          rssBytes: 150_000_000,
          heapUsedBytes: 7,
          eventLoopLagMs: 2,
        },
        { instance: 'gone-1', up: false, scrapedAt: null },
      ],
    });
    expect(instances[0]?.cpuRatio).toBeLessThan(0.6);
    const { breakers } = await running.get<{ breakers: unknown[] }>('/api/breakers');
    expect(breakers).toMatchObject([
      { link: 'gateway->orders', instance: 'gateway-1', state: 'open' },
    ]);
  });
});

describe('the live stream', () => {
  it('begins with the state as it stands and tells changes as they happen', async () => {
    const events: CollectorStreamEvent[] = [];
    const parser = createParser({
      onEvent: ({ event, data }) =>
        events.push(collectorStreamSchema.parse({ event, data: JSON.parse(data) as unknown })),
    });
    const stop = new AbortController();
    const response = await fetch(url('/api/stream'), { signal: stop.signal });
    const reading = (async () => {
      const decoder = new TextDecoder();
      for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
        parser.feed(decoder.decode(part, { stream: true }));
      }
    })().catch(() => undefined);
    await eventually(
      () => events.map(({ event }) => event),
      (names) => names.length >= 4,
    );
    expect(events.slice(0, 4).map(({ event }) => event)).toEqual([
      'red',
      'breakers',
      'sagas',
      'stats',
    ]);

    await sendTrace(new OTLPTraceExporter({ url: url('/v1/traces') }));
    await sendEvent(new OTLPLogExporter({ url: url('/v1/logs') }));
    await eventually(
      () => events,
      (all) =>
        all.some(({ event, data }) => event === 'happened' && data.body === 'breaker opened') &&
        all.some(
          ({ event, data }) =>
            event === 'breakers' &&
            data.breakers.some((one) => one.link === 'orders->payments' && one.state === 'open'),
        ) &&
        all.some(({ event, data }) => event === 'red' && data.services.length > 0),
    );
    stop.abort();
    await reading;
  });
});

describe('answers', () => {
  it('follow their schemas', async () => {
    redSnapshotSchema.parse(await running.get('/api/red'));
    collectorStatsSchema.parse(await running.get('/api/stats'));
    const graph = graphSchema.parse(await running.get('/api/graph?window=1m'));
    expect(graph.nodes).toContainEqual({ name: 'orders', kind: 'service' });
    expect(graph.nodes).toContainEqual({ name: 'payments', kind: 'outside' });
  });
});
