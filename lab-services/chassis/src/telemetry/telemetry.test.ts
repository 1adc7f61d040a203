import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import {
  createRequestContext,
  enableContext,
  parseCorrelationId,
  parseDeadlineMs,
  withRequestContext,
} from '../context/request-context.ts';
import { parseEnvironment } from '../config/parse-environment.ts';
import { EVENT, systemClock } from '../core/index.ts';
import { createBatcher, type Exporter } from './batcher.ts';
import { createOtlpExporters } from './otlp-exporters.ts';
import { redact } from './redaction.ts';
import { createTelemetry, type TelemetryExporters } from './telemetry.ts';

enableContext();

const variables = {
  SERVICE_NAME: 'orders',
  INSTANCE_ID: 'orders-1',
  PORT: '0',
  REGISTRY_URL: 'http://127.0.0.1:9',
  INTERNAL_TOKEN: 'a-token-of-some-length',
};

function setUp(exporters?: TelemetryExporters) {
  const lines: Record<string, unknown>[] = [];
  const runtime = createTelemetry({
    environment: parseEnvironment(variables),
    clock: systemClock,
    destination: { write: (line) => void lines.push(JSON.parse(line) as never) },
    exporters,
  });
  return { ...runtime, lines };
}

describe('a log line', () => {
  test('carries time, level, service, instance, trace, span and correlation id, and no secret', async () => {
    const { telemetry, log, lines, close } = setUp();
    const request = createRequestContext(systemClock, 'c-7', undefined);
    await context.with(withRequestContext(ROOT_CONTEXT, request), () =>
      telemetry.span('work', {}, async () => {
        log.info({ card: '4111', nested: { password: 'x', amount: 3 } }, 'charged');
      }),
    );
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        service: 'orders',
        instance: 'orders-1',
        trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
        span_id: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        correlation_id: 'c-7',
        card: '[redacted]',
        nested: { password: '[redacted]', amount: 3 },
        msg: 'charged',
      },
    ]);
    await close();
  });

  test.each([
    [
      'authorization',
      'Authorization',
      'access_token',
      'token',
      'card.number',
      'cvv',
      'x-api.secret',
    ],
  ])('hides %s and its kind', (...keys) => {
    for (const key of keys) expect(redact({ [key]: 'x' })).toEqual({ [key]: '[redacted]' });
  });

  test('keeps what only sounds alike', () => {
    const harmless = { discard: 1, tokens: 2, 'order.id': 'o', passed: true };
    expect(redact(harmless)).toEqual(harmless);
  });
});

test('an event is one line, one log record with its name and trace, and an event of its span', async () => {
  const spans: Parameters<TelemetryExporters['spans']['export']>[0] = [];
  const records: Parameters<TelemetryExporters['logs']['export']>[0] = [];
  const { telemetry, lines, close } = setUp({
    spans: {
      export: (items, done) => (spans.push(...items), done({ code: 0 })),
      shutdown: async () => undefined,
    },
    logs: {
      export: (items, done) => (records.push(...items), done({ code: 0 })),
      shutdown: async () => undefined,
    },
  });
  await telemetry.span('work', {}, async () => {
    telemetry.event(EVENT.sagaStarted, { 'saga.id': 's-1' }, 'saga started');
  });
  await close();
  expect(lines).toHaveLength(1);
  expect(records).toMatchObject([
    {
      body: 'saga started',
      eventName: 'saga.started',
      severityText: 'info',
      attributes: { 'event.name': 'saga.started', 'saga.id': 's-1' },
      spanContext: { traceId: spans[0]?.spanContext().traceId },
      resource: { attributes: { 'service.name': 'orders', 'service.instance.id': 'orders-1' } },
    },
  ]);
  expect(spans[0]?.events).toMatchObject([{ name: 'saga.started' }]);
});

test('spans and records reach a collector over OTLP as protobuf', async () => {
  const received: { url: string; type: string; bytes: number }[] = [];
  const server = createServer((request, response) => {
    let bytes = 0;
    request.on('data', (chunk: Buffer) => (bytes += chunk.length));
    request.on('end', () => {
      received.push({ url: request.url!, type: request.headers['content-type']!, bytes });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { telemetry, log, close } = setUp(await createOtlpExporters(`http://127.0.0.1:${port}/`));
  await telemetry.span('work', {}, async () => log.info('hello'));
  await expect
    .poll(() => received.map(({ url }) => url).sort())
    .toEqual(['/v1/logs', '/v1/traces']);
  expect(received[0]).toMatchObject({ type: 'application/x-protobuf' });
  await close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('a batcher', () => {
  const options = { delayMs: 1, queueSize: 10, batchSize: 4 };

  test('drops and counts what a stuck collector leaves no room for', () => {
    let dropped = 0;
    const stuck: Exporter<number> = { export: () => undefined, shutdown: async () => undefined };
    const batcher = createBatcher(stuck, { ...options, dropped: (count) => (dropped += count) });
    for (let item = 0; item < 25; item++) batcher.add(item);
    expect(dropped).toBe(15);
  });

  test('counts what could not be exported, and hands on everything else in order', async () => {
    const taken: number[][] = [];
    let dropped = 0;
    const flaky: Exporter<number> = {
      export(items, done) {
        taken.push(items);
        done({ code: taken.length === 1 ? 1 : 0 });
      },
      shutdown: async () => undefined,
    };
    const batcher = createBatcher(flaky, { ...options, dropped: (count) => (dropped += count) });
    for (let item = 0; item < 10; item++) batcher.add(item);
    await batcher.close(1000);
    expect(taken).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
    expect(dropped).toBe(4);
  });

  test('does not wait for ever at the end', async () => {
    const stuck: Exporter<number> = { export: () => undefined, shutdown: async () => undefined };
    const batcher = createBatcher(stuck, { ...options, dropped: () => undefined });
    batcher.add(1);
    await batcher.close(10);
  });
});

describe('the context a caller sends', () => {
  test.each([
    ['abc-1.2:3_Z', 'abc-1.2:3_Z'],
    ['', undefined],
    ['x'.repeat(65), undefined],
    ['line\nbreak', undefined],
    [['a', 'b'], undefined],
  ])('correlation id %j is taken as %j', (value, expected) => {
    expect(parseCorrelationId(value)).toBe(expected);
  });

  test.each([
    ['1500', 1500],
    ['0', 0],
    ['-3', -3],
    ['99999999', 3_600_000],
    ['1e9', undefined],
    ['soon', undefined],
    [undefined, undefined],
  ])('deadline %j is taken as %j', (value, expected) => {
    expect(parseDeadlineMs(value)).toBe(expected);
  });
});

test('a bad environment names the variable, the rule and the value, but no secret', () => {
  const parse = (change: Record<string, string>) => () =>
    parseEnvironment({ ...variables, ...change });
  expect(parse({ PORT: '70000' })).toThrow(/PORT: .*65535.*received "70000"/);
  expect(parse({ INTERNAL_TOKEN: 'short' })).toThrow(/INTERNAL_TOKEN: .*a secret of 5 characters/);
  expect(parse({ LOG_LEVEL: 'loud' })).toThrow(/LOG_LEVEL: .*received "loud"/);
  expect(() => parseEnvironment({})).toThrow(/SERVICE_NAME: .*received nothing.*INSTANCE_ID/);
});
