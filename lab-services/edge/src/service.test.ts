import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { initialServicePolicy, type LinkPolicyPatch } from '@faultline/chassis/core';
import { defineService } from '@faultline/chassis';
import {
  createTestRegistry,
  startTestService,
  type TestRegistry,
  type TestService,
} from '@faultline/chassis/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { service as edge } from './service.ts';

/** What one gateway was asked last. */
interface Asked {
  method: string;
  url: string;
  headers: Record<string, unknown>;
  body: string;
}

const resources = new AsyncDisposableStack();
const gateways = new Map<number, TestService>();
let registry: TestRegistry;
let service: TestService;
let asked: Asked;

/** A real service as a gateway: it says which one it is, after `?wait=` milliseconds. */
async function startGateway(number: number): Promise<TestService> {
  const definition = defineService({
    name: 'gateway',
    calls: [],
    build: (chassis) => ({
      routes(app) {
        app.all('/v1/*', { config: { access: 'public' } }, async (request, reply) => {
          const { wait = '0', status = '200' } = request.query as Record<string, string>;
          await chassis.clock.sleep(Number(wait));
          asked = {
            method: request.method,
            url: request.url,
            headers: { ...request.headers },
            body: JSON.stringify(request.body ?? null),
          };
          return reply.status(Number(status)).header('x-gateway', number).send({ number });
        });
      },
    }),
  });
  const started = await startTestService(definition, { INSTANCE_ID: `gateway-${number}` });
  gateways.set(number, started);
  return started;
}

beforeAll(async () => {
  registry = resources.use(await createTestRegistry());
  registry.setLink('edge->gateway', []);
  service = resources.use(await startTestService(edge, { REGISTRY_URL: registry.url }));
});

afterAll(() => resources.disposeAsync());

/** Two fresh gateways, as the registry would tell: it holds both for healthy throughout. */
beforeEach(async () => {
  const started = await Promise.all([startGateway(1), startGateway(2)]);
  setPolicies({ checks: true, ejection: true });
  registry.setLink(
    'edge->gateway',
    started.map(({ port }) => port),
  );
  await until(['1', '2']);
});

afterEach(async () => {
  await Promise.all([...gateways.values()].map((gateway) => gateway.close()));
  gateways.clear();
});

function setPolicies({ checks, ejection }: { checks: boolean; ejection: boolean }): void {
  const healthChecks = { enabled: checks, intervalMs: 20, timeoutMs: 1_000 };
  registry.set({ service: initialServicePolicy(['healthChecks'], { healthChecks }) });
  const off = { enabled: false };
  const patch: LinkPolicyPatch = {
    ejection: { enabled: ejection },
    retry: off,
    breaker: off,
    bulkhead: off,
    timeout: { attemptMs: 5_000 },
  };
  registry.setLink('edge->gateway', undefined, patch);
}

async function ask(path = '/v1/any', init: RequestInit = {}) {
  const response = await fetch(`${service.url}${path}`, init);
  const gateway = response.headers.get('x-gateway');
  return {
    status: response.status,
    gateway,
    headers: response.headers,
    text: await response.text(),
  };
}

/** Asks until exactly these gateways answer, and nothing fails. */
async function until(numbers: string[]): Promise<void> {
  for (;;) {
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask()));
    const seen = new Set(answers.map(({ gateway }) => gateway ?? 'none'));
    if ([...seen].sort().join() === numbers.join()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Keeps `width` requests under way until told to stop; resolves with the statuses. */
function load(width: number): { stop: () => Promise<number[]>; count: () => number } {
  const statuses: number[] = [];
  let going = true;
  const workers = Array.from({ length: width }, async () => {
    while (going) statuses.push((await ask('/v1/any?wait=2')).status);
  });
  return {
    count: () => statuses.length,
    async stop() {
      going = false;
      await Promise.all(workers);
      return statuses;
    },
  };
}

async function more(running: { count: () => number }, requests: number): Promise<void> {
  const from = running.count();
  while (running.count() < from + requests) await new Promise((r) => setTimeout(r, 5));
}

/** A gateway that dies as in a power cut: its port answers with resets, at once. */
async function kill(number: number): Promise<Server> {
  const gateway = gateways.get(number)!;
  gateways.delete(number);
  const { port } = gateway;
  const corpse = createServer((request) => void request.socket.resetAndDestroy());
  await gateway.close();
  await new Promise<void>((resolve) => corpse.listen(port, '127.0.0.1', resolve));
  expect((corpse.address() as AddressInfo).port).toBe(port);
  resources.defer(() => void corpse.close());
  return corpse;
}

const failures = (statuses: number[]) => statuses.filter((status) => status !== 200).length;

describe('the front door', () => {
  it('hands a request on as it is and its answer back as it is', async () => {
    const answer = await ask('/v1/orders/a%2Fb?wait=1&status=409&x=%20', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'mine' },
      body: '{"a":1}',
    });
    expect(answer).toMatchObject({
      status: 409,
      text: expect.stringContaining('number') as string,
    });
    expect(asked).toMatchObject({
      method: 'POST',
      url: '/v1/orders/a%2Fb?wait=1&status=409&x=%20',
      body: '{"a":1}',
      headers: { 'idempotency-key': 'mine', 'content-type': 'application/json' },
    });
  });

  it('makes a correlation id, and takes one from outside only if it is safe', async () => {
    const made = (await ask()).headers.get('x-correlation-id');
    expect(made).toBeTruthy();
    expect(asked.headers['x-correlation-id']).toBe(made);
    await ask('/v1/any', { headers: { 'x-correlation-id': 'journey-1' } });
    expect(asked.headers['x-correlation-id']).toBe('journey-1');
    await ask('/v1/any', { headers: { 'x-correlation-id': 'a b<script>' } });
    expect(asked.headers['x-correlation-id']).toMatch(/^[A-Za-z0-9._:-]+$/);
  });

  it('says who asked, and lets nobody say it for themselves', async () => {
    await ask('/v1/any', {
      headers: {
        'x-forwarded-for': '6.6.6.6',
        'x-forwarded-proto': 'https',
        'x-user-assertion': 'I am root',
        'x-real-ip': '6.6.6.6',
        'x-deadline-ms': '60000',
      },
    });
    expect(asked.headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
    });
    expect(asked.headers['x-user-assertion']).toBeUndefined();
    expect(asked.headers['x-real-ip']).toBeUndefined();
    expect(Number(asked.headers['x-deadline-ms'])).toBeLessThanOrEqual(5_000);
  });

  it.each(['/internal/audit', '/v3/products', '/orders'])(
    'leads nowhere else: %s',
    async (path) => {
      expect((await ask(path)).status).not.toBe(200);
      expect(asked.url).not.toBe(path);
    },
  );

  it('keeps a shorter budget from outside', async () => {
    await ask('/v1/any', { headers: { 'x-deadline-ms': '700' } });
    expect(Number(asked.headers['x-deadline-ms'])).toBeLessThanOrEqual(700);
  });
});

describe('with two gateways', () => {
  it('the death of one costs at most what was under way, and what comes before two failed checks', async () => {
    setPolicies({ checks: true, ejection: false });
    const running = load(4);
    await more(running, 100);
    await kill(1);
    await until(['2']);
    const before = running.count();
    await more(running, 200);
    const statuses = await running.stop();
    expect(failures(statuses.slice(before + 4))).toBe(0);
  });

  it('without checks and ejection the dead one keeps its share of failures', async () => {
    setPolicies({ checks: false, ejection: false });
    await kill(1);
    const running = load(4);
    await more(running, 300);
    const statuses = await running.stop();
    expect(failures(statuses)).toBeGreaterThan(statuses.length / 5);
    setPolicies({ checks: true, ejection: false });
    await until(['2']);
  });

  it('the stop of one fails nothing: it is not asked any more before it closes', async () => {
    setPolicies({ checks: true, ejection: false });
    const running = load(4);
    await more(running, 100);
    const gateway = gateways.get(1)!;
    gateways.delete(1);
    const stopped = gateway.close(1_000);
    await stopped;
    await more(running, 100);
    expect(failures(await running.stop())).toBe(0);
  });

  it('a dead one comes back into its share', async () => {
    const corpse = await kill(1);
    await until(['2']);
    corpse.closeAllConnections();
    await new Promise((resolve) => corpse.close(resolve));
    const again = await startGateway(1);
    registry.setLink('edge->gateway', [again.port, gateways.get(2)!.port]);
    await until(['1', '2']);
  });
});

it('is 503 with no gateway at all', async () => {
  registry.setLink('edge->gateway', []);
  let answer = await ask();
  while (answer.status === 200) answer = await ask();
  expect(answer.status).toBe(503);
  expect(answer.text).toContain('gateway-unavailable');
});
