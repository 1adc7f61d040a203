import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { createRandom } from '../core/index.ts';
import { defineService } from '../index.ts';
import {
  createTestIdentity,
  createTestRegistry,
  startTestService,
  TEST_INTERNAL_TOKEN,
  testWorkloadToken,
  type TestFault,
  type TestIdentity,
  type TestRegistry,
  type TestService,
} from '../testing/index.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const resources = new AsyncDisposableStack();
let identity: TestIdentity;
let registry: TestRegistry;
let service: TestService;
let handled = 0;

const definition = defineService({
  name: 'payments',
  calls: [],
  build: () => ({
    routes(app) {
      const config = { access: { scopes: ['charges:write'] } };
      const response = { 200: z.object({ chargedCents: z.int(), note: z.string() }) };
      app.post('/charges', { config, schema: { response } }, () => {
        handled++;
        return { chargedCents: 1000, note: 'thanks' };
      });
      app.get('/text', { config }, () => 'totalCents: 5');
    },
  }),
});

async function start(registryUrl: string): Promise<TestService> {
  return startTestService(
    definition,
    {
      REGISTRY_URL: registryUrl,
      IDENTITY_ISSUER: identity.issuer,
      WORKLOAD_TOKEN: testWorkloadToken('payments-1'),
    },
    { random: createRandom(3) },
  );
}

function prepare(given: TestRegistry): void {
  given.setLink('payments->identity', [identity.port]);
  given.setWorkload('payments-1', {
    ...identity.workload(),
    internalTokens: [TEST_INTERNAL_TOKEN],
  });
}

beforeAll(async () => {
  identity = resources.use(await createTestIdentity());
  registry = resources.use(await createTestRegistry());
  prepare(registry);
  service = resources.use(await start(registry.url));
});
afterAll(() => resources.disposeAsync());
beforeEach(async () => {
  handled = 0;
  await tell();
});

async function reported(of: TestService = service): Promise<unknown[]> {
  const answer = await fetch(`${of.url}/internal/faults`, {
    headers: { authorization: `Bearer ${TEST_INTERNAL_TOKEN}` },
  });
  return ((await answer.json()) as { faults: unknown[] }).faults;
}

/** Tells the service of these faults, and waits until they are in effect. */
async function tell(...faults: TestFault[]): Promise<void> {
  registry.setFaults('payments-1', faults);
  await expect
    .poll(() => reported())
    .toEqual(faults.map(({ id, kind }) => ({ id, kind, leftMs: expect.any(Number) as number })));
}

async function charge(of: TestService = service, token?: string) {
  const startedMs = performance.now();
  const bearer =
    token ??
    (await identity.token({ audience: 'payments', client: 'orders', scopes: ['charges:write'] }));
  const answer = await fetch(`${of.url}/charges`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}` },
  });
  const body: unknown = await answer.json();
  return { status: answer.status, body, tookMs: performance.now() - startedMs };
}
const GOOD = { status: 200, body: { chargedCents: 1000, note: 'thanks' } };

test.each<[string, TestFault, { status: number; body: object }]>([
  [
    'an error before the handler',
    { id: 'f', kind: 'application.error' },
    { status: 503, body: { status: 503, code: 'unavailable', title: 'Service unavailable' } },
  ],
  [
    'an error of the status that is asked for',
    { id: 'f', kind: 'application.error', status: 429 },
    { status: 429, body: { code: 'rate-limited' } },
  ],
  [
    'an exception in place of the answer',
    { id: 'f', kind: 'application.exception' },
    { status: 500, body: { code: 'internal-error' } },
  ],
  [
    'a wrong answer',
    { id: 'f', kind: 'application.wrong-answer' },
    { status: 200, body: { chargedCents: 1100, note: 'thanks' } },
  ],
])('%s, and none of it afterwards', async (_what, fault, expected) => {
  await tell(fault);
  const answer = await charge();
  expect(answer).toMatchObject(expected);
  expect(JSON.stringify(answer.body)).not.toMatch(/fault|inject|chaos/i);
  expect(handled).toBe(fault.kind === 'application.error' ? 0 : 1);
  await tell();
  expect(await charge()).toMatchObject(GOOD);
});

test('latency before the handler, and none of it afterwards', async () => {
  await tell({ id: 'f', kind: 'application.latency', latencyMs: 400 });
  const slow = await charge();
  expect(slow).toMatchObject(GOOD);
  expect(slow.tookMs).toBeGreaterThan(395);
  await tell();
  expect((await charge()).tookMs).toBeLessThan(395);
});

test('bytes are kept for each request until the fault ends', async () => {
  const bytesPerRequest = 8_000_000;
  const before = process.memoryUsage().arrayBuffers;
  await tell({ id: 'f', kind: 'application.leak', bytesPerRequest, first: 5 });
  for (let request = 0; request < 7; request++) expect(await charge()).toMatchObject(GOOD);
  const kept = () => process.memoryUsage().arrayBuffers - before;
  expect(kept()).toBeGreaterThan(4.5 * bytesPerRequest);
  await tell();
  const left = () => {
    collectGarbage();
    return kept();
  };
  await expect.poll(left).toBeLessThan(2 * bytesPerRequest);
});

test('half of the requests, as the random source of the service draws', async () => {
  await tell({ id: 'f', kind: 'application.error', ratio: 0.5 });
  const statuses: number[] = [];
  for (let request = 0; request < 60; request++) statuses.push((await charge()).status);
  const failed = statuses.filter((status) => status === 503).length;
  expect(failed).toBeGreaterThan(15);
  expect(failed).toBeLessThan(45);
  expect(statuses.filter((status) => status === 200)).toHaveLength(60 - failed);
});

test('the operation is that of the span, the caller that of the token', async () => {
  const token = (client: string) =>
    identity.token({ audience: 'payments', client, scopes: ['charges:write'] });
  const [orders, gateway] = [await token('orders'), await token('gateway')];
  await tell({
    ...{ id: 'f', kind: 'application.error' },
    ...{ operation: 'POST /charges', caller: 'orders' },
  });
  expect((await charge(service, gateway)).status).toBe(200);
  expect((await charge(service, orders)).status).toBe(503);
  await expect
    .poll(() => service.spans.map(({ name }) => name), { timeout: 5_000 })
    .toContain('POST /charges');
  await tell({ id: 'g', kind: 'application.error', operation: 'GET /charges' });
  expect((await charge(service, orders)).status).toBe(200);
});

test('who is refused is refused as ever, and what machines ask is answered', async () => {
  await tell({ id: 'f', kind: 'application.error' });
  expect(await charge(service, 'no-token')).toMatchObject({ status: 401 });
  for (const path of ['/health', '/ready', '/metrics', '/openapi.json']) {
    expect((await fetch(`${service.url}${path}`)).status).toBe(200);
  }
  expect((await fetch(`${service.url}/internal/faults`)).status).toBe(401);
});

test('neither a log line nor a span tells the failure from a real one', async () => {
  const [lines, spans] = [service.logs.length, service.spans.length];
  await tell({ id: 'secret-id', kind: 'application.exception' });
  await charge();
  await tell({ id: 'secret-id', kind: 'application.error' });
  await charge();
  await expect.poll(() => service.spans.slice(spans).length, { timeout: 5_000 }).toBeGreaterThan(2);
  const said = service.spans
    .slice(spans)
    .map(({ name, attributes, events, status }) => ({ name, attributes, events, status }))
    // The lab's own question, not the faulted request.
    .filter(({ name }) => name !== 'GET /internal/faults');
  expect(JSON.stringify(said)).not.toMatch(/fault|inject|secret-id/i);
  const logged = service.logs
    .slice(lines)
    .filter((line) => line['http.route'] !== '/internal/faults');
  expect(logged).toContainEqual(expect.objectContaining({ msg: 'request failed' }));
  expect(JSON.stringify(logged)).not.toMatch(/inject|secret-id|application\.ex|src\/faults/i);
});

test('good tokens have expired while the clock that checks them is ahead', async () => {
  const token = await identity.token({
    ...{ audience: 'payments', client: 'orders', scopes: ['charges:write'] },
  });
  expect((await charge(service, token)).status).toBe(200);
  await tell({ id: 'f', kind: 'identity.expired-token' });
  expect(await charge(service, token)).toMatchObject({
    ...{ status: 401, body: { code: 'token-expired' } },
  });
  expect(await charge()).toMatchObject({ status: 401, body: { code: 'token-expired' } });
  await tell();
  expect((await charge(service, token)).status).toBe(200);
});

test('a fault that nobody tells again ends by itself', async () => {
  registry.setFaults('payments-1', [{ id: 'f', kind: 'application.error' }], 700);
  await expect.poll(async () => (await charge()).status).toBe(503);
  await expect.poll(async () => (await charge()).status, { timeout: 5_000 }).toBe(200);
  expect(await reported()).toEqual([]);
});

test('a fault outlives its registry by its own time, and no longer', async () => {
  await using mortal = await createTestRegistry();
  prepare(mortal);
  await using other = await start(mortal.url);
  mortal.setFaults('payments-1', [{ id: 'f', kind: 'application.error' }], 1500);
  await expect.poll(async () => (await charge(other)).status).toBe(503);
  await mortal[Symbol.asyncDispose]();
  expect((await charge(other)).status).toBe(503);
  await expect.poll(async () => (await charge(other)).status, { timeout: 5_000 }).toBe(200);
  expect(await reported(other)).toEqual([]);
});

test('an instance that did not show its token hears nothing', async () => {
  await using stranger = await startTestService(definition, { REGISTRY_URL: registry.url });
  await tell({ id: 'f', kind: 'application.error' });
  expect(await reported(stranger)).toEqual([]);
});
