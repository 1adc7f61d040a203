import { createSequentialIds, systemClock } from '@faultline/chassis/core';
import {
  createTestRegistry,
  startTestService,
  TEST_INTERNAL_TOKEN,
} from '@faultline/chassis/testing';
import { createBroker } from '@faultline/kafka-broker';
import { service as loadgen } from '@faultline/loadgen';
import { Kafka, logLevel } from 'kafkajs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryFleet, type MemoryFleet } from '../testing/memory-fleet.ts';
import { createLeases, type Leases } from './leases/leases.ts';
import { createFaultRegistry } from './registry.ts';

const resources = new AsyncDisposableStack();
let fleet: MemoryFleet;
let leases: Leases;
let shop: { requests: number; connections: number };
let loadUrl: string;
let kafka: Kafka;
let identityTold: string[] = [];

beforeAll(async () => {
  shop = { requests: 0, connections: 0 };
  const server = createServer((request, response) => {
    shop.requests++;
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.on('connection', (socket) => {
    shop.connections++;
    socket.once('close', () => shop.connections--);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  resources.defer(() => server.closeAllConnections());
  resources.defer(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const registry = resources.use(await createTestRegistry());
  const off = { enabled: false };
  registry.setLink('loadgen->edge', [port], {
    ...{ timeout: { attemptMs: 5_000 }, retry: off, breaker: off, bulkhead: off },
  });
  process.env['LOAD_ENABLED'] = 'false';
  const service = resources.use(await startTestService(loadgen, { REGISTRY_URL: registry.url }));
  loadUrl = service.url;
  const dataDir = await mkdtemp(join(tmpdir(), 'faultline-kafka-'));
  resources.defer(() => rm(dataDir, { recursive: true, force: true }));
  const broker = resources.use(await createBroker({ port: 0, dataDir }));
  kafka = new Kafka({ brokers: [`${broker.host}:${broker.port}`], logLevel: logLevel.NOTHING });
  fleet = createMemoryFleet({
    services: { loadgen: ['loadgen-1'], edge: ['edge-1'], identity: ['identity-1'] },
    resources: { kafka: ['kafka-1'] },
    links: [{ name: 'loadgen->edge', proxies: [{ proxy: 'loadgen.edge-1', instance: 'edge-1' }] }],
    proxyApiUrl: 'http://127.0.0.1:9',
    internalToken: TEST_INTERNAL_TOKEN,
    listen: `127.0.0.1:${port}`,
  });
  fleet.setDirectUrl('loadgen', loadUrl);
  fleet.setDirectUrl('identity', await startIdentity());
  fleet.setDirectUrl('kafka', `tcp://${broker.host}:${broker.port}`);
  const ids = createSequentialIds('fault');
  const parts = { fleet, clock: systemClock, ids, registry: createFaultRegistry() };
  leases = resources.use(createLeases(parts));
});
afterEach(async () => {
  await leases.clearAll();
  leases.release();
});
afterAll(() => resources.disposeAsync());

/** A provider that remembers what it was told; what it does then is tested with the provider. */
async function startIdentity(): Promise<string> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      identityTold.push(`${request.method} ${request.url} ${body}`);
      response.setHeader('connection', 'close').end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  resources.defer(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function begin(request: object): Promise<string> {
  const answer = await leases.apply(request, 'test');
  if (answer.kind === 'refused') throw new Error(answer.detail);
  return answer.lease.id;
}

const headers = { authorization: `Bearer ${TEST_INTERNAL_TOKEN}` };

async function playLoad(rps: number): Promise<void> {
  const mix = { browse: 0, checkout: 0, history: 1 };
  await fetch(new URL('/load', loadUrl), {
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ rps, mix, seed: 3, enabled: rps > 0, declineRatio: 0 }),
  });
}

async function held(): Promise<unknown[]> {
  const answer = await fetch(new URL('/faults', loadUrl), { headers });
  return ((await answer.json()) as { faults: unknown[] }).faults;
}

describe('a fault of the load', () => {
  it('a spike is felt while it lasts, and not afterwards', async () => {
    // One request in 100 s: what comes is the spike's.
    await playLoad(0.01);
    const id = await begin({ kind: 'load.spike', by: 'rps', rps: 300 });
    const before = shop.requests;
    await expect.poll(() => shop.requests, { timeout: 20_000 }).toBeGreaterThan(before + 10);
    expect((await leases.clear(id)).kind).toBe('cleared');
    expect(await held()).toEqual([]);
    await playLoad(0);
  });

  it('a retry storm is held by the generator, and let go', async () => {
    const id = await begin({ kind: 'load.retry-storm', retries: 4 });
    expect(await held()).toMatchObject([{ id, fault: { kind: 'retry-storm', retries: 4 } }]);
    expect((await leases.clear(id)).kind).toBe('cleared');
    expect(await held()).toEqual([]);
  });

  it('slow clients hold connections to the edge, and let them go', async () => {
    const before = shop.connections;
    const id = await begin({ kind: 'load.slow-clients', connections: 20 });
    await expect.poll(() => shop.connections, { timeout: 10_000 }).toBeGreaterThan(before + 18);
    expect((await leases.clear(id)).kind).toBe('cleared');
    await expect.poll(() => shop.connections, { timeout: 10_000 }).toBeLessThanOrEqual(before);
  });

  it('takes no selector', async () => {
    const answer = await leases.apply({ kind: 'load.spike', service: 'orders' }, 'test');
    expect(answer).toMatchObject({ code: 'invalid-fault', errors: [{ field: 'service' }] });
  });
});

describe('a poison message', () => {
  it('is on the topic as asked, and the fault is over', async () => {
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'orders.events', numPartitions: 3 }] });
    await begin({ kind: 'events.poison-message', count: 2 });
    const shape = { shape: 'schema', eventType: 'order.created', key: 'o-1' };
    await begin({ kind: 'events.poison-message', ...shape });
    const consumer = kafka.consumer({ groupId: 'readers' });
    await consumer.connect();
    await consumer.subscribe({ topic: 'orders.events', fromBeginning: true });
    const read: { key: string; value: string }[] = [];
    await consumer.run({
      eachMessage: async ({ message: { key, value } }) =>
        void read.push({ key: String(key), value: String(value) }),
    });
    await expect.poll(() => read.length, { timeout: 20_000 }).toBe(3);
    const malformed = read.filter(({ key }) => key === 'poison');
    expect(malformed).toHaveLength(2);
    for (const { value } of malformed) expect(() => JSON.parse(value) as unknown).toThrow();
    const event = read.find(({ key }) => key === 'o-1');
    expect(JSON.parse(event?.value ?? '')).toMatchObject({ type: 'order.created', payload: {} });
    await consumer.disconnect();
    await admin.disconnect();
    await expect.poll(() => leases.list(), { timeout: 5_000 }).toEqual([]);
  });

  it('is refused for a topic that there is not, and the topic is not made', async () => {
    const answer = await leases.apply({ kind: 'events.poison-message', topic: 'nowhere' }, 'test');
    expect(answer).toMatchObject({ kind: 'refused', code: 'fault-not-applied' });
    const admin = kafka.admin();
    await admin.connect();
    expect(await admin.listTopics()).not.toContain('nowhere');
    await admin.disconnect();
  });
});

describe('a restart of the broker', () => {
  const state = () => fleet.status().resources[0]?.instances[0]?.state;
  it.each([
    ['graceful', 'starting'],
    ['kill', 'crashed'],
  ])('(%s) is over when it is back', async (how, during) => {
    await begin({ kind: 'events.broker-restart', how });
    expect(state()).toBe(during);
    fleet.setState('kafka-1', 'ready');
    await expect.poll(() => leases.list(), { timeout: 5_000 }).toEqual([]);
  });
});

describe('a fault of identity', () => {
  it.each([
    [{ kind: 'identity.rotated-key' }, 'POST /internal/keys/replace {"dropFormer":true}'],
    [
      { kind: 'identity.revoked-token', customer: 'customer-0*' },
      'POST /internal/tokens/revoke {"customer":"customer-0*"}',
    ],
  ])('%j is told to the provider once, and is over', async (request, told) => {
    identityTold = [];
    await begin(request);
    expect(identityTold).toEqual([told]);
    await expect.poll(() => leases.list(), { timeout: 5_000 }).toEqual([]);
  });

  it('an expired certificate needs mutual TLS, and says so', async () => {
    const request = { kind: 'identity.expired-certificate', instance: 'edge-1' };
    const answer = await leases.apply(request, 'test');
    expect(answer).toMatchObject({ code: 'fault-not-applied' });
    expect(answer).toHaveProperty('detail', expect.stringContaining('mutual TLS'));
    fleet.setMtls(true);
    const id = await begin(request);
    expect([...fleet.expired]).toEqual(['edge-1']);
    expect((await leases.clear(id)).kind).toBe('cleared');
    expect([...fleet.expired]).toEqual([]);
    fleet.setMtls(false);
  });
});
