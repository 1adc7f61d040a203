import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManualClock, systemClock } from '@faultline/chassis/core';
import { createCollector, type Collector } from '@faultline/collector';
import { countEvents, createProbeRegistry, createSight, type Sight } from '@faultline/scenarios';
import { createMemoryFleet } from '@faultline/scenarios/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Probes against the collector itself: what is sent to it as OTLP is what they read. */
const NOW = 1_800_000_000_000;
const SPAN = { from: NOW - 10_000, to: NOW };
const LINK = 'orders->payments';

let collector: Collector;
let dataDir: string;
let sight: Sight;
const registry = createProbeRegistry();

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'faultline-probes-'));
  // The clock stands still, so that what was sent stays within the windows.
  const clock = { ...systemClock, now: () => NOW };
  collector = await createCollector({ dataDir, clock });
  sight = createSight({
    collector: {
      async get(path, query) {
        const response = await fetch(`${collector.httpUrl}${path}?${query.toString()}`);
        if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
        return response.json();
      },
    },
    fleet,
    clock: createManualClock(),
    topics: async () => [],
    invariants: async () => ({ holds: true, checkedAt: 0, invariants: [] }),
    logIn: async () => '',
  });
  await send('traces', { resourceSpans: [{ resource, scopeSpans: [{ spans: SPANS }] }] });
  await send('logs', { resourceLogs: [{ resource, scopeLogs: [{ logRecords: EVENTS }] }] });
  await send('metrics', { resourceMetrics: [{ resource, scopeMetrics: [{ metrics: METRICS }] }] });
});
afterAll(async () => {
  await collector?.close();
  await rm(dataDir, { recursive: true, force: true });
});

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const whole = (key: string, intValue: number) => ({ key, value: { intValue } });
const nanos = (at: number) => `${at}000000`;
const resource = {
  attributes: [text('service.name', 'orders'), text('service.instance.id', 'orders-1')],
};

/** Forty requests, four of them slow and failed; twenty calls of three attempts; five that never went out. */
const SPANS = [
  ...Array.from({ length: 40 }, (_, index) =>
    span(index, 'server', index < 4 ? 800 : 20, index < 4),
  ),
  ...Array.from({ length: 60 }, (_, index) =>
    span(100 + index, 'client', 50, false, (index % 3) + 1),
  ),
  ...Array.from({ length: 5 }, (_, index) => span(200 + index, 'internal', 0, false)),
];

function span(
  id: number,
  kind: 'server' | 'client' | 'internal',
  durationMs: number,
  failed: boolean,
  attempt = 0,
) {
  const endedAt = NOW - 2000;
  return {
    traceId: id.toString(16).padStart(32, '1'),
    spanId: id.toString(16).padStart(16, '1'),
    name: 'POST /v1/orders',
    kind: { internal: 1, server: 2, client: 3 }[kind],
    startTimeUnixNano: nanos(endedAt - durationMs),
    endTimeUnixNano: nanos(endedAt),
    status: { code: failed ? 2 : 0 },
    attributes: [
      ...(kind === 'server' ? [] : [text('peer.service', 'payments')]),
      ...(kind === 'client' ? [whole('resilience.attempt', attempt)] : []),
      ...(kind === 'internal' ? [whole('resilience.attempts', 0)] : []),
    ],
  };
}

const saga = (id: string, state: string, at: number) =>
  event(at, `saga.${state}`, [text('saga.id', id), text('saga.state', state)]);
const EVENTS = [
  event(NOW - 5000, 'resilience.breaker.state_changed', [
    ...[text('link', LINK), text('breaker.from', 'closed'), text('breaker.to', 'open')],
  ]),
  ...Array.from({ length: 8 }, (_, index) => saga(`done-${index}`, 'completed', NOW - 4000)),
  ...Array.from({ length: 2 }, (_, index) => saga(`undone-${index}`, 'compensated', NOW - 4000)),
  saga('before', 'compensated', NOW - 60_000),
];

function event(at: number, eventName: string, attributes: ReturnType<typeof text>[]) {
  return {
    timeUnixNano: nanos(at),
    severityNumber: 9,
    eventName,
    body: { stringValue: eventName },
    attributes,
  };
}

const gauge = (name: string, asDouble: number) => ({
  name,
  gauge: { dataPoints: [{ timeUnixNano: nanos(NOW - 1000), asDouble }] },
});
const METRICS = [gauge('outbox_pending', 12), gauge('projection_lag_seconds', 1.5)];

const fleet = createMemoryFleet({ services: { orders: ['orders-1'] }, links: [] });

async function send(signal: string, body: object): Promise<void> {
  const response = await fetch(`${collector.httpUrl}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(await response.json()).toEqual({});
}

async function read(probe: string, fields: object) {
  const parsed = registry.parse({ probe, ...fields });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.kind.measure(parsed.spec, SPAN, sight);
}

describe('a probe reads from the collector what was sent to it', () => {
  const orders = { service: 'orders', operation: 'POST /v1/orders' };

  it.each([
    ['red.rate', orders, 4, null],
    ['red.rate', { link: LINK }, 6, null],
    ['red.errorRatio', orders, 0.1, 40],
    ['red.attempts', { link: LINK }, 3, 60],
    ['red.rejected', { link: LINK }, 0.5, null],
    ['sli.availability', orders, 0.9, 40],
    ['sli.latency', { ...orders, threshold: '100ms' }, 0.9, 40],
    ['sli.latency', { ...orders, threshold: '1s' }, 1, 40],
    ['breaker', { link: LINK }, 'open', null],
    ['saga.count', { state: 'completed' }, 8, null],
    ['saga.ratio', { state: 'compensated' }, 0.2, 10],
    ['red.latency', { service: 'shipping' }, null, 0],
  ] as const)('%s %j: %j', async (probe, fields, value, samples) => {
    expect(await read(probe, fields)).toMatchObject({ value, samples });
  });

  it('red.latency is off by two percent at most', async () => {
    const { value } = await read('red.latency', { ...orders, quantile: 0.95 });
    expect(value).toBeGreaterThanOrEqual(800 * 0.98);
    expect(value).toBeLessThanOrEqual(800 * 1.02);
  });

  it.each([
    ['log', { event: 'saga.*' }, 10],
    ['log', { event: 'resilience.breaker.state_changed', attributes: { to: 'open' } }, 1],
    ['outbox.pending', { service: 'orders' }, 12],
    ['projection.lag', { service: 'orders' }, 1500],
    ['metric', { name: 'outbox_pending', aggregate: 'max' }, 12],
  ])('%s %j: %j, once it is written', async (probe, fields, value) => {
    const reading = () => read(probe, fields).then((one) => one.value);
    await expect.poll(reading, { timeout: 10_000 }).toBe(value);
  });

  it('says when an event was seen first', async () => {
    const filter = { event: 'saga.completed', attributes: {} };
    const counted = () => countEvents(filter, SPAN, sight);
    await expect
      .poll(counted, { timeout: 10_000 })
      .toEqual({ count: 8, firstAt: NOW - 4000, truncated: false });
  });
});
