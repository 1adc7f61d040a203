import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import {
  createTestRegistry,
  startTestService,
  TEST_INTERNAL_TOKEN,
  type TestService,
} from '@faultline/chassis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planJourneys } from './plan.ts';
import { service as loadgen } from './service.ts';

const resources = new AsyncDisposableStack();
const seen: { url: string; correlationId: unknown; key: unknown }[] = [];
let held: ServerResponse[] | undefined;
let service: TestService;
let status = 200;

interface Status {
  inFlight: number;
  counts: { sent: number; answered: number; failed: number; dropped: number };
}

beforeAll(async () => {
  process.env['LOAD_ENABLED'] = 'false';
  const server = createServer((request, response) => {
    const { headers } = request;
    seen.push({
      url: request.url ?? '',
      correlationId: headers['x-correlation-id'],
      key: headers['idempotency-key'],
    });
    request.resume();
    if (held) held.push(response);
    else response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  resources.defer(() => server.closeAllConnections());
  resources.defer(() => void server.close());
  const registry = resources.use(await createTestRegistry());
  registry.setLink('loadgen->edge', [(server.address() as AddressInfo).port], {
    timeout: { attemptMs: 5_000 },
    retry: { enabled: false },
    breaker: { enabled: false },
    bulkhead: { enabled: false },
  });
  service = resources.use(await startTestService(loadgen, { REGISTRY_URL: registry.url }));
});

afterAll(() => resources.disposeAsync());

const OPERATOR = { authorization: `Bearer ${TEST_INTERNAL_TOKEN}` };
const LOAD = { rps: 500, mix: { browse: 1, checkout: 1, history: 1 }, seed: 5, enabled: true };

async function put(load: unknown) {
  const response = await fetch(`${service.url}/load`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...OPERATOR },
    body: JSON.stringify(load),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function statusWhen(settled: (status: Status) => boolean): Promise<Status> {
  for (;;) {
    const status = (await (
      await fetch(`${service.url}/load`, { headers: OPERATOR })
    ).json()) as Status;
    if (settled(status)) return status;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function stop(): Promise<Status> {
  await put({ ...LOAD, enabled: false });
  return statusWhen(({ inFlight }) => inFlight === 0);
}

describe('the load generator', () => {
  it('sends nothing before it is told to', async () => {
    const { counts } = await statusWhen(() => true);
    expect(counts).toEqual({ sent: 0, answered: 0, failed: 0, dropped: 0 });
    expect(seen).toEqual([]);
  });

  it('plays journeys, each under one correlation id, and counts them', async () => {
    // So slow that no machine drops any.
    expect((await put({ ...LOAD, rps: 100 })).status).toBe(200);
    await statusWhen(({ counts }) => counts.answered >= 60);
    const { counts } = await stop();
    expect(counts).toEqual({ sent: seen.length, answered: seen.length, failed: 0, dropped: 0 });
    const checkout = seen.find(({ key }) => key !== undefined);
    const journey = seen.filter(({ correlationId }) => correlationId === checkout?.correlationId);
    const urls = journey.map(({ url }) => url.replace(/P-\d{4}/, 'P').replace(/^\/\w+/, ''));
    expect(urls.sort()).toEqual(['/orders', '/products/P']);
  });

  it('plays what its plan says, again and again for the same seed', async () => {
    const load = { ...LOAD, mix: { browse: 0, checkout: 0, history: 1 }, declineRatio: 0 };
    for (let time = 0; time < 2; time++) {
      const from = seen.length;
      await put(load);
      await statusWhen(() => seen.length >= from + 30);
      await stop();
      const played = seen.slice(from).map(({ url }) => url);
      const planned = planJourneys(load)
        .take(played.length)
        .flatMap(({ requests }) => requests)
        .map(({ path, query }) => `${path}?${new URLSearchParams(query).toString()}`);
      // Requests a moment apart may overtake each other on their way.
      expect(played.sort()).toEqual([...planned].sort());
    }
  });

  it('keeps its schedule when nobody answers, and drops what would exceed its bound', async () => {
    held = [];
    await put(LOAD);
    const { inFlight } = await statusWhen(({ counts }) => counts.dropped > 0);
    expect(inFlight).toBeLessThanOrEqual(500);
    await put({ ...LOAD, enabled: false });
    for (const response of held) {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    }
    held = undefined;
    const { counts } = await stop();
    expect(counts.answered + counts.failed).toBe(counts.sent);
  });

  it.each([
    [{ ...LOAD, rps: 501 }, 'body.rps'],
    [{ ...LOAD, rps: -1 }, 'body.rps'],
    [{ ...LOAD, mix: { browse: 0, checkout: 0, history: 0 } }, 'body.mix'],
    [{ ...LOAD, seed: 1.5 }, 'body.seed'],
  ])('refuses %j with what is wrong', async (load, field) => {
    expect(await put(load)).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });

  it('shows in a trace whether its request failed', async () => {
    for (const [answer, reason] of [
      [503, 'Status 503: unspecified'],
      [404, undefined],
      [200, undefined],
    ] as const) {
      status = answer;
      // Spans arrive in batches: those of what was sent before may come as late as now.
      const sinceS = Date.now() / 1000;
      const reasons = () =>
        service.spans
          .filter(
            ({ name, startTime: [s, ns] }) => name.startsWith('browse: ') && s + ns / 1e9 >= sinceS,
          )
          .map((span) => span.status.message);
      await put({ ...LOAD, rps: 50, mix: { browse: 1, checkout: 0, history: 0 } });
      await statusWhen(() => reasons().length > 0);
      await stop();
      expect([...new Set(reasons())]).toEqual([reason]);
    }
  });
});

describe('faults of the load', () => {
  const told = async (id: string, fault: object, ttlMs = 10_000) => {
    const response = await fetch(`${service.url}/faults/${id}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', ...OPERATOR },
      body: JSON.stringify({ fault, ttlMs }),
    });
    return response.status;
  };
  const forget = (id: string) =>
    fetch(`${service.url}/faults/${id}`, { method: 'DELETE', headers: OPERATOR });
  const held = async () => {
    const answer = await fetch(`${service.url}/faults`, { headers: OPERATOR });
    return ((await answer.json()) as { faults: { id: string }[] }).faults.map(({ id }) => id);
  };
  const BROWSE = { ...LOAD, rps: 1, mix: { browse: 0, checkout: 0, history: 1 } };
  const pathsFrom = (from: number) => seen.slice(from).map(({ url }) => url);

  it('a spike plays more beside the load, and ends when it is told to', async () => {
    await put(BROWSE);
    const { counts } = await statusWhen(() => true);
    expect(await told('f-1', { kind: 'spike', factor: 1, addedRps: 400 })).toBe(200);
    await statusWhen((status) => status.counts.sent >= counts.sent + 50);
    await forget('f-1');
    expect(await held()).toEqual([]);
    expect(await statusWhen(() => true)).toMatchObject(BROWSE);
    await stop();
  });

  it('a spike leaves the sequence of the load as its seed says', async () => {
    const load = { ...BROWSE, rps: 100, declineRatio: 0 };
    const from = seen.length;
    await told('f-2', { kind: 'spike', factor: 2, addedRps: 0 });
    await put(load);
    await statusWhen(() => seen.length >= from + 80);
    await forget('f-2');
    await stop();
    const played = new Map<string, number>();
    for (const url of pathsFrom(from)) played.set(url, (played.get(url) ?? 0) + 1);
    const planned = planJourneys(load)
      .take(20)
      .flatMap(({ requests }) => requests)
      .map(({ path, query }) => `${path}?${new URLSearchParams(query).toString()}`);
    for (const url of planned) {
      const left = (played.get(url) ?? 0) - 1;
      expect(left, `${url} is played`).toBeGreaterThanOrEqual(0);
      played.set(url, left);
    }
  });

  it('a retry storm repeats what failed, under the same key, and nothing else', async () => {
    status = 503;
    const from = seen.length;
    await told('f-3', { kind: 'retry-storm', retries: 3 });
    await put({ ...LOAD, rps: 20, mix: { browse: 0, checkout: 1, history: 0 } });
    const orders = () => seen.slice(from).filter(({ key }) => key !== undefined);
    await statusWhen(() => orders().length >= 8);
    await forget('f-3');
    await stop();
    status = 200;
    const [first] = orders();
    expect(orders().filter(({ key }) => key === first?.key)).toHaveLength(4);
  });

  it('slow clients hold connections that never finish their request', async () => {
    const open = new Set<Socket>();
    await using victim = createTcpServer((socket) => {
      open.add(socket.on('error', () => undefined));
      socket.once('close', () => open.delete(socket)).resume();
    });
    victim.listen(0, '127.0.0.1');
    await once(victim, 'listening');
    const { port } = victim.address() as AddressInfo;
    const endpoints = [{ host: '127.0.0.1', port }];
    const rate = { connections: 12, does: 'send', bytesPerSecond: 20 };
    await told('f-4', { kind: 'slow-clients', ...rate, endpoints });
    await expect.poll(() => open.size).toBe(12);
    await expect.poll(() => Math.min(...[...open].map((one) => one.bytesRead))).toBeGreaterThan(60);
    await forget('f-4');
    await expect.poll(() => open.size).toBe(0);
  });

  it('ends by itself when nobody tells of it again', async () => {
    await told('f-5', { kind: 'retry-storm', retries: 1 }, 1);
    await expect.poll(held).toEqual([]);
  });

  it.each([
    [{ kind: 'spike', factor: 51, addedRps: 0 }],
    [{ kind: 'retry-storm', retries: 0 }],
    [{ kind: 'slow-clients', connections: 1, does: 'send', bytesPerSecond: 1, endpoints: [] }],
  ])('refuses %j', async (fault) => {
    expect(await told('f-6', fault)).toBe(400);
    expect(await held()).toEqual([]);
  });
});
