import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestRegistry, startTestService, type TestService } from '@faultline/chassis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planJourneys } from './plan.ts';
import { service as loadgen } from './service.ts';

const resources = new AsyncDisposableStack();
const seen: { url: string; correlationId: unknown; key: unknown }[] = [];
let held: ServerResponse[] | undefined;
let service: TestService;

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
    else response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  resources.defer(() => server.closeAllConnections());
  resources.defer(() => void server.close());
  const registry = resources.use(await createTestRegistry());
  registry.setLink('loadgen->gateway', [(server.address() as AddressInfo).port], {
    timeout: { attemptMs: 5_000 },
    retry: { enabled: false },
    breaker: { enabled: false },
    bulkhead: { enabled: false },
  });
  service = resources.use(await startTestService(loadgen, { REGISTRY_URL: registry.url }));
});

afterAll(() => resources.disposeAsync());

const LOAD = { rps: 500, mix: { browse: 1, checkout: 1, history: 1 }, seed: 5, enabled: true };

async function put(load: unknown) {
  const response = await fetch(`${service.url}/load`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(load),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function statusWhen(settled: (status: Status) => boolean): Promise<Status> {
  for (;;) {
    const status = (await (await fetch(`${service.url}/load`)).json()) as Status;
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
    expect((await put(LOAD)).status).toBe(200);
    await statusWhen(({ counts }) => counts.answered >= 100);
    const { counts } = await stop();
    expect(counts).toEqual({ sent: seen.length, answered: seen.length, failed: 0, dropped: 0 });
    const checkout = seen.find(({ key }) => key !== undefined);
    const journey = seen.filter(({ correlationId }) => correlationId === checkout?.correlationId);
    const urls = journey.map(({ url }) => url.replace(/P-\d{4}/, 'P'));
    expect(urls.sort()).toEqual(['/v1/orders', '/v1/products/P']);
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
});
