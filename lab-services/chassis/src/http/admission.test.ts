import { request as open } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defineService } from '../index.ts';
import type { ServicePolicyPatch } from '../core/index.ts';
import { initialServicePolicy, patchServicePolicy } from '../core/index.ts';
import {
  createTestRegistry,
  startTestService,
  TEST_INTERNAL_TOKEN,
  type TestRegistry,
  type TestService,
} from '../testing/index.ts';

let registry: TestRegistry;
let service: TestService;
/** Requests that wait in the handler of `/slow`. */
let waiting: (() => void)[];
const release = () => {
  for (const go of waiting.splice(0)) go();
};

beforeEach(async () => {
  waiting = [];
  registry = await createTestRegistry();
  service = await startTestService(
    defineService({
      name: 'gateway',
      calls: [],
      build: () => ({
        routes(app) {
          app.get('/quick', () => ({ done: true }));
          app.get('/slow', async () => {
            await new Promise<void>((resolve) => waiting.push(resolve));
            return { done: true };
          });
          app.post('/upload', () => ({ done: true }));
        },
        audit: async () => ({ fine: true }),
      }),
    }),
    { REGISTRY_URL: registry.url },
  );
});
afterEach(async () => {
  release();
  await service.close();
  await registry[Symbol.asyncDispose]();
});

const initial = initialServicePolicy(['rateLimit', 'loadShedding', 'draining']);

let pushes = 0;

/** Pushes policies and waits until the service has them: its answers tell this push's burst. */
async function push(patch: ServicePolicyPatch): Promise<void> {
  const burst = patch.rateLimit?.burst ?? 1000 + ++pushes;
  const rateLimit = { requestsPerS: 0.001, ...patch.rateLimit, burst };
  registry.set({ service: patchServicePolicy(initial, { ...patch, rateLimit }) });
  const told = async () => limited((await get('/quick')).headers);
  const expected = rateLimit.enabled === false ? null : `"client";q=${burst};w=${burst * 1000}`;
  await expect.poll(told, { interval: 5 }).toBe(expected);
}

const get = (path: string) => fetch(`${service.url}${path}`);
const metric = async (name: string) =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await (await get('/metrics')).text())?.[1]);
const limited = (headers: Headers) => headers.get('ratelimit-policy');

test('a client that asks too much is told so, and is served again when it is switched off', async () => {
  await push({ rateLimit: { burst: 5 } });
  const before = await metric('resilience_rate_limited_total');
  const answers = [];
  for (let count = 0; count < 7; count++) answers.push(await get('/quick'));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThanOrEqual(2);
  expect(await metric('resilience_rate_limited_total')).toBe(before + refused.length);
  const last = answers.at(-1)!;
  expect(await last.json()).toMatchObject({ code: 'rate-limited', status: 429 });
  expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(900);
  expect(last.headers.get('ratelimit')).toMatch(/^"client";r=0;t=\d+$/);
  expect(last.headers.get('content-type')).toContain('application/problem+json');
  await expect
    .poll(() => service.records.find(({ eventName }) => eventName?.includes('rate_limit')))
    .toMatchObject({ attributes: { client: 'address 127.0.0.1' } });
  for (const path of ['/health', '/ready', '/metrics']) expect((await get(path)).status).toBe(200);

  await push({ rateLimit: { enabled: false } });
  for (let count = 0; count < 10; count++) expect((await get('/quick')).status).toBe(200);
});

test('a service that has no rate limit has none', async () => {
  for (let count = 0; count < 150; count++) {
    expect(limited((await get('/quick')).headers)).toBeNull();
  }
});

test('what is beyond the concurrency is refused at once; switched off, all of it is taken', async () => {
  await push({ loadShedding: { concurrency: 2 } });
  const inside = [get('/slow'), get('/slow')];
  await expect.poll(() => waiting.length, { interval: 1 }).toBe(2);
  const refused = await get('/quick');
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(await refused.json()).toMatchObject({ code: 'overloaded' });
  expect(await metric('http_server_active_requests')).toBe(2);
  expect(await metric('resilience_load_shed_total')).toBe(1);
  await expect
    .poll(() => service.records.find(({ eventName }) => eventName === 'resilience.load.shed'))
    .toMatchObject({ attributes: { in_flight: 2, count: 1 } });

  const audit = await fetch(`${service.url}/internal/audit`, {
    headers: { authorization: `Bearer ${TEST_INTERNAL_TOKEN}` },
  });
  expect([audit.status, (await get('/ready')).status]).toEqual([200, 200]);

  await push({ loadShedding: { enabled: false } });
  const more = Array.from({ length: 10 }, () => get('/slow'));
  await expect.poll(() => waiting.length, { interval: 1 }).toBe(12);
  release();
  for (const answer of await Promise.all([...inside, ...more])) expect(answer.status).toBe(200);
  await expect.poll(() => metric('http_server_active_requests')).toBe(0);
});

test('a request is refused before its body was sent', async () => {
  await push({ loadShedding: { concurrency: 1 } });
  const inside = get('/slow');
  await expect.poll(() => waiting.length, { interval: 1 }).toBe(1);
  const status = await new Promise((resolve, reject) => {
    const upload = open(`${service.url}/upload`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': '1000000' },
    });
    upload.on('response', (response) => {
      resolve(response.statusCode);
      upload.destroy();
    });
    upload.on('error', reject);
    upload.flushHeaders();
  });
  expect(status).toBe(503);
  release();
  expect((await inside).status).toBe(200);
});

test('a client that goes away frees its place', async () => {
  await push({ loadShedding: { concurrency: 1 } });
  const leaving = new AbortController();
  const gone = fetch(`${service.url}/slow`, { signal: leaving.signal }).catch(() => 'gone');
  await expect.poll(() => waiting.length, { interval: 1 }).toBe(1);
  expect((await get('/quick')).status).toBe(503);
  leaving.abort();
  expect(await gone).toBe('gone');
  await expect.poll(async () => (await get('/quick')).status).toBe(200);
});

test('a stop breaks off what is in flight when draining is switched off', async () => {
  await push({ draining: { enabled: false } });
  const inside = get('/slow').then(
    ({ status }) => status,
    () => 'broken off',
  );
  await expect.poll(() => waiting.length, { interval: 1 }).toBe(1);
  await service.close();
  expect(await inside).toBe('broken off');
});
