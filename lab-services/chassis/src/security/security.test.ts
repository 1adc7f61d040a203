import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { METRIC, type Clock } from '../core/index.ts';
import { systemClock } from '../core/ambient.ts';
import { defineService } from '../runtime/define-service.ts';
import type { Chassis, ServiceDefinition } from '../service.ts';
import {
  createTestIdentity,
  createTestRegistry,
  startTestService,
  TEST_INTERNAL_TOKEN,
  testWorkloadToken,
  type TestIdentity,
  type TestRegistry,
  type TestService,
} from '../testing/index.ts';

const resources = new AsyncDisposableStack();
const CUSTOMER = { id: 'customer-001', roles: ['customer' as const] };
/** Time that passed beyond the machine's, milliseconds; it never goes back. */
let skewMs = 0;
const clock: Clock = {
  ...systemClock,
  now: () => systemClock.now() + skewMs,
  monotonicMs: () => systemClock.monotonicMs() + skewMs,
};
let identity: TestIdentity;
let registry: TestRegistry;
let front: TestService;
let back: TestService;

/** Says who asked, as its context has it. */
function whoami(chassis: Chassis) {
  const { caller, user } = chassis.context() ?? {};
  return { caller: caller ?? null, user: user ?? null };
}

const backDefinition = defineService({
  name: 'back',
  calls: [],
  build: (chassis) => ({
    routes(app) {
      app.get('/things', () => whoami(chassis));
      app.post('/things', () => whoami(chassis));
      app.get('/open', { config: { access: 'public' } }, () => whoami(chassis));
      app.get('/special', { config: { access: { scopes: ['back:special'] } } }, () => ({}));
      app.put('/knob', { config: { access: 'operator' } }, () => ({}));
      app.get('/internal/secret', () => ({}));
    },
  }),
});

const answerSchema = z.object({ caller: z.string().nullable(), user: z.unknown() });

const frontDefinition = defineService({
  name: 'front',
  calls: ['back'],
  build: (chassis) => ({
    routes(app) {
      app.get('/mine', { config: { access: 'user' } }, () => whoami(chassis));
      app.get('/relay', { config: { access: 'user' } }, () => relay(chassis));
      app.get('/relay-open', { config: { access: 'public' } }, () => relay(chassis));
    },
  }),
});

function relay(chassis: Chassis) {
  return chassis.link('back').call({
    operation: 'ask',
    method: 'GET',
    path: '/things',
    response: answerSchema,
  });
}

beforeAll(async () => {
  identity = resources.use(await createTestIdentity(() => clock.now()));
  registry = resources.use(await createTestRegistry());
  for (const link of ['front->identity', 'back->identity']) {
    registry.setLink(link, [identity.port], { breaker: { enabled: false } });
  }
  registry.set({ trust: { mtls: false, callers: [], assertionKeys: identity.assertionKeys } });
  const start = async (definition: ServiceDefinition) => {
    const instance = `${definition.name}-1`;
    registry.setWorkload(instance, identity.workload());
    const environment = {
      REGISTRY_URL: registry.url,
      IDENTITY_ISSUER: identity.issuer,
      WORKLOAD_TOKEN: testWorkloadToken(instance),
    };
    return resources.use(await startTestService(definition, environment, { clock }));
  };
  back = await start(backDefinition);
  front = await start(frontDefinition);
  registry.setLink('front->back', [back.port], { breaker: { enabled: false } });
  for (const { url } of [front, back]) {
    while ((await fetch(`${url}/ready`)).status !== 200) await systemClock.sleep(10);
  }
});

afterAll(() => resources.disposeAsync());
afterEach(() => {
  identity.online = true;
});

async function ask(service: TestService, path: string, token?: string, init: RequestInit = {}) {
  const response = await fetch(`${service.url}${path}`, {
    ...init,
    headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...init.headers },
  });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, code: body['code'], body, headers: response.headers };
}

describe('a route that says nothing', () => {
  it('is closed to whoever shows no token, and says so (RFC 6750)', async () => {
    const answer = await ask(back, '/things');
    expect([answer.status, answer.code]).toEqual([401, 'token-required']);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it.each([
    ['for another service', { audience: 'other', scopes: ['back:read'] }, 'token-invalid'],
    ['of another issuer', { audience: 'back', issuer: 'http://evil' }, 'token-invalid'],
    ['that expired', { audience: 'back', expiresInS: -60 }, 'token-expired'],
  ])('refuses a token %s', async (_what, token, code) => {
    const answer = await ask(back, '/things', await identity.token(token));
    expect([answer.status, answer.code]).toEqual([401, code]);
    expect(answer.headers.get('www-authenticate')).toContain('invalid_token');
  });

  it('refuses a token that somebody else signed, however good its claims are', async () => {
    await using forger = await createTestIdentity(() => clock.now());
    const token = await forger.token({ audience: 'back' });
    expect(await ask(back, '/things', token)).toMatchObject({ status: 401, code: 'token-invalid' });
    const [, claims] = (await identity.token({ audience: 'back' })).split('.');
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
    expect(await ask(back, '/things', `${none}.${claims}.`)).toMatchObject({ status: 401 });
    expect(await ask(back, '/things', 'x'.repeat(10_000))).toMatchObject({ status: 401 });
  });

  it('wants the scope of what is done: read to read, write for everything else', async () => {
    const reader = await identity.token({ audience: 'back', scopes: ['back:read'] });
    expect(await ask(back, '/things', reader)).toMatchObject({ status: 200 });
    expect(await ask(back, '/things', reader, { method: 'POST' })).toMatchObject({
      status: 403,
      code: 'scope-missing',
    });
    const writer = await identity.token({ audience: 'back', scopes: ['back:write'] });
    expect(await ask(back, '/things', writer, { method: 'POST' })).toMatchObject({ status: 200 });
    expect(await ask(back, '/things', writer)).toMatchObject({ status: 403 });
  });

  it('counts and tells each refusal, without the token', async () => {
    await ask(back, '/things', 'not-a-token');
    const text = await (await fetch(`${back.url}/metrics`)).text();
    expect(text).toContain(`${METRIC.accessRefused}{reason="token-invalid"`);
    expect(JSON.stringify(back.logs)).not.toContain('not-a-token');
  });
});

describe('a route that says who may come', () => {
  it('is open to everybody if it is public, as are the operational ones', async () => {
    for (const path of ['/open', '/health', '/ready', '/openapi.json']) {
      expect((await fetch(`${back.url}${path}`)).status).toBe(200);
    }
  });

  it('wants the scopes it names', async () => {
    const usual = await identity.token({ audience: 'back' });
    expect(await ask(back, '/special', usual)).toMatchObject({ status: 403 });
    const special = await identity.token({ audience: 'back', scopes: ['back:special'] });
    expect(await ask(back, '/special', special)).toMatchObject({ status: 200 });
  });

  it("is an operator's with the internal token only", async () => {
    const token = await identity.token({ audience: 'back' });
    for (const [path, method] of [
      ['/knob', 'PUT'],
      ['/internal/secret', 'GET'],
    ] as const) {
      expect((await ask(back, path, token, { method })).status).toBe(401);
      expect((await ask(back, path, TEST_INTERNAL_TOKEN, { method })).status).toBe(200);
    }
  });

  it('wants a person, not a service, if it is for users', async () => {
    const person = await identity.token({ audience: 'front', user: CUSTOMER });
    expect((await ask(front, '/mine', person)).body).toEqual({ caller: null, user: CUSTOMER });
    const service = await identity.token({ audience: 'front', scopes: ['shop'] });
    expect(await ask(front, '/mine', service)).toMatchObject({
      status: 403,
      code: 'user-required',
    });
  });
});

describe('a call over a link', () => {
  it('shows who calls and for whom', async () => {
    const person = await identity.token({ audience: 'front', user: CUSTOMER });
    const { body } = await ask(front, '/relay', person);
    expect(body).toMatchObject({ kind: 'ok', body: { caller: 'front', user: CUSTOMER } });
  });

  it('believes nobody about a user but the gateway', async () => {
    const token = await identity.token({ audience: 'back' });
    const claim = async (assertion: string) =>
      (await ask(back, '/things', token, { headers: { 'x-user-assertion': assertion } })).body;
    expect(await claim(await identity.assertion(CUSTOMER))).toMatchObject({ user: CUSTOMER });
    expect(await claim(await identity.assertion(CUSTOMER, -60))).toMatchObject({ user: null });
    await using forger = await createTestIdentity();
    expect(await claim(await forger.assertion(CUSTOMER))).toMatchObject({ user: null });
  });

  it('asks for one token, whoever waits for it, and uses it until shortly before its end', async () => {
    await ask(front, '/relay-open');
    const before = identity.asked['/token'] ?? 0;
    skewMs += 850_000;
    await Promise.all(Array.from({ length: 20 }, () => ask(front, '/relay-open')));
    while (identity.asked['/token'] === before) await systemClock.sleep(10);
    expect(identity.asked['/token']).toBe(before + 1);
  });

  it('goes on with the token it has while the identity provider is away', async () => {
    await ask(front, '/relay-open');
    identity.online = false;
    expect((await ask(front, '/relay-open')).body).toMatchObject({ kind: 'ok' });
  });

  it('is not made, and says why, when there is no token to be had', async () => {
    await ask(front, '/relay-open');
    identity.online = false;
    skewMs += 1_000_000;
    const { body } = await ask(front, '/relay-open');
    expect(body).toMatchObject({ kind: 'failed', reason: 'connection', maybeReceived: false });
    expect(body['detail']).toMatch(/^no token for back: connection/);
  });
});

describe('keys', () => {
  it('are asked for again when a token names one that is not known', async () => {
    await identity.rotate();
    skewMs += 5_000;
    const token = await identity.token({ audience: 'back', expiresInS: 900 });
    expect(await ask(back, '/things', token)).toMatchObject({ status: 200 });
  });

  it('are not asked for with every token that names a made-up one', async () => {
    const before = identity.asked['/jwks'] ?? 0;
    await using forger = await createTestIdentity();
    for (let number = 2; number < 30; number++) {
      for (let more = 0; more < number; more += 10) await forger.rotate();
      await ask(back, '/things', await forger.token({ audience: 'back' }));
    }
    expect((identity.asked['/jwks'] ?? 0) - before).toBeLessThanOrEqual(2);
  });
});

describe('the pattern authentication', () => {
  it('lets everybody in while it is off, and nobody without a token when it is on again', async () => {
    const turn = (enabled: boolean) => registry.set({ service: { authentication: { enabled } } });
    const statusIs = async (wanted: number) => {
      while ((await ask(back, '/things')).status !== wanted) await systemClock.sleep(5);
    };
    turn(false);
    await statusIs(200);
    const token = await identity.token({ audience: 'back', client: 'front' });
    expect((await ask(back, '/things', token)).body).toMatchObject({ caller: 'front' });
    turn(true);
    await statusIs(401);
  });
});
