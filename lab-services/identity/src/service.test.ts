import { createHash } from 'node:crypto';
import { defineService } from '@faultline/chassis';
import {
  derivePassword,
  logIn,
  refreshTokens,
  type BrowserRequest,
  type Send,
  type Workload,
} from '@faultline/chassis/core';
import {
  createTestRegistry,
  startPostgres,
  startTestService,
  TEST_INTERNAL_TOKEN,
  testWorkloadToken,
  type TestRegistry,
  type TestService,
} from '@faultline/chassis/testing';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweepExpired } from './housekeeper.ts';
import { service as identity } from './service.ts';

const ISSUER = 'http://identity';
const SEED = 'seed-of-the-passwords-of-this-test';
const resources = new AsyncDisposableStack();
let registry: TestRegistry;
let service: TestService;
let database: pg.Client;

const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex');
const workload = (ordersSecrets: string[]): Partial<Workload> & { clientSecret: string } => ({
  clientSecret: 'secret-of-identity-itself',
  internalTokens: [TEST_INTERNAL_TOKEN],
  passwordSeed: SEED,
  clients: [
    {
      id: 'orders',
      secretHashes: ordersSecrets.map(hashOf),
      scopes: ['payments:read', 'payments:write'],
    },
    { id: 'catalog', secretHashes: [hashOf('secret-of-the-catalog')], scopes: [] },
  ],
});

beforeAll(async () => {
  registry = resources.use(await createTestRegistry());
  registry.setWorkload('identity-1', {
    internalTokens: [TEST_INTERNAL_TOKEN],
    ...workload(['secret-of-orders-1']),
  });
  const postgres = resources.use(await startPostgres());
  const url = await postgres.createDatabase('identity');
  service = resources.use(
    await startTestService(identity, {
      REGISTRY_URL: registry.url,
      DATABASE_URL: url,
      IDENTITY_ISSUER: ISSUER,
      WORKLOAD_TOKEN: testWorkloadToken('identity-1'),
    }),
  );
  database = new pg.Client(url);
  await database.connect();
  resources.defer(() => database.end());
  while ((await clientToken('orders', 'secret-of-orders-1')).status !== 200);
});

afterAll(() => resources.disposeAsync());

const send: Send = async ({ target, ...request }: BrowserRequest) => {
  const response = await fetch(`${service.url}${target}`, { ...request, redirect: 'manual' });
  return {
    status: response.status,
    headers: {
      ...Object.fromEntries(response.headers),
      'set-cookie': response.headers.getSetCookie(),
    },
    text: await response.text(),
  };
};

const keys = () => createRemoteJWKSet(new URL(`${service.url}/jwks`));
const logInAs = async (user: string) => logIn(send, user, await derivePassword(SEED, user));

async function clientToken(client: string, secret: string, form: Record<string, string> = {}) {
  const response = await fetch(`${service.url}/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}`,
    },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: 'payments:read payments:write',
      resource: 'http://payments',
      ...form,
    }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

async function rotate() {
  const response = await fetch(`${service.url}/internal/keys/rotate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TEST_INTERNAL_TOKEN}` },
  });
  return (await response.json()) as { current: string; next: string; retired: string[] };
}

describe('a person who logs in', () => {
  it('gets a short access token for the gateway that says who they are (RFC 9068)', async () => {
    const { accessToken, expiresInS } = await logInAs('customer-007');
    expect(expiresInS).toBe(900);
    const { payload, protectedHeader } = await jwtVerify(accessToken, keys(), {
      issuer: ISSUER,
      audience: 'gateway',
      typ: 'at+jwt',
    });
    expect(protectedHeader.alg).toBe('ES256');
    expect(payload).toMatchObject({
      sub: 'customer-007',
      client_id: 'shop',
      scope: 'shop',
      roles: ['customer'],
    });
  });

  it.each([
    ['support-001', ['support']],
    ['admin-001', ['admin']],
  ])('has the roles of %s', async (user, roles) => {
    expect(decodeJwt((await logInAs(user)).accessToken)).toMatchObject({ roles });
  });

  it.each([
    ['customer-001', 'wrong'],
    ['customer-000', 'wrong'],
    ['customer-201', 'wrong'],
    ['<script>', 'wrong'],
    ['__proto__', 'wrong'],
  ])('is refused as %s with password %s', async (user, password) => {
    await expect(logIn(send, user, password)).rejects.toThrow('the login stopped at status 401');
  });

  it('is asked to wait after ten wrong passwords, even with the right one', async () => {
    for (let attempt = 0; attempt < 10; attempt++) {
      await expect(logIn(send, 'customer-199', 'wrong')).rejects.toThrow('401');
    }
    await expect(logInAs('customer-199')).rejects.toThrow('429');
  });

  it('needs PKCE, a known client and a loopback address to go back to', async () => {
    const query = {
      client_id: 'shop',
      response_type: 'code',
      redirect_uri: 'http://127.0.0.1/callback',
      scope: 'openid shop',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    };
    const ask = (change: Record<string, string>) =>
      send({
        method: 'GET',
        target: `/auth?${new URLSearchParams({ ...query, ...change }).toString()}`,
        headers: { accept: 'text/html' },
      });
    const without = await ask({ code_challenge: '', code_challenge_method: '' });
    expect(without.headers['location']).toContain('error=invalid_request');
    expect((await ask({ client_id: 'nobody' })).status).toBe(400);
    const elsewhere = await ask({ redirect_uri: 'http://evil.example/callback' });
    expect([elsewhere.status, elsewhere.headers['location']]).toEqual([400, undefined]);
    expect((await ask({ redirect_uri: 'http://127.0.0.1:4711/callback' })).status).toBe(303);
  });
});

describe('the login page', () => {
  it('loads nothing from elsewhere, is in no frame, and names its fields', async () => {
    let page = '';
    let policy: unknown;
    await logIn(
      async (request) => {
        const answer = await send(request);
        if (answer.status === 200 && request.method === 'GET') {
          page = answer.text;
          policy = answer.headers['content-security-policy'];
        }
        return answer;
      },
      'customer-008',
      await derivePassword(SEED, 'customer-008'),
    );
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(page).not.toMatch(/<script|src=|https?:\/\//);
    for (const field of ['user', 'password']) {
      expect(page).toContain(`<label for="${field}">`);
      expect(page).toContain(`id="${field}"`);
    }
    expect(page).toContain('lang="en"');
    expect(page).toContain('color-scheme: light dark');
  });

  it('shows what was typed as text, whatever it is', async () => {
    let page = '';
    const watch: Send = async (request) => {
      const answer = await send(request);
      page = answer.text;
      return answer;
    };
    await expect(logIn(watch, '"><img src=x>', 'wrong')).rejects.toThrow('401');
    expect(page).toContain('&quot;&gt;&lt;img src=x&gt;');
    expect(page).not.toContain('<img');
  });

  it('answers 400 without the cookie of the browser that began', async () => {
    expect(
      (await send({ method: 'GET', target: '/interaction/abcdefgh1234', headers: {} })).status,
    ).toBe(400);
  });
});

describe('a refresh token', () => {
  it('is good once, and brings another', async () => {
    const first = await logInAs('customer-010');
    const second = await refreshTokens(send, first.refreshToken);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    await jwtVerify(second.accessToken, keys(), { issuer: ISSUER, audience: 'gateway' });
    const third = await refreshTokens(send, second.refreshToken);
    expect(third.refreshToken).not.toBe(second.refreshToken);
  });

  it('that comes a second time revokes the whole grant', async () => {
    const first = await logInAs('customer-011');
    const second = await refreshTokens(send, first.refreshToken);
    await expect(refreshTokens(send, first.refreshToken)).rejects.toThrow('status 400');
    await expect(refreshTokens(send, second.refreshToken)).rejects.toThrow('status 400');
    expect(service.logs).toContainEqual(
      expect.objectContaining({ reason: 'refresh-token-reused' }),
    );
  });

  it('that comes twice at the same moment is given to at most one of the two', async () => {
    const { refreshToken } = await logInAs('customer-012');
    const results = await Promise.allSettled([
      refreshTokens(send, refreshToken),
      refreshTokens(send, refreshToken),
    ]);
    expect(results.filter(({ status }) => status === 'rejected').length).toBeGreaterThanOrEqual(1);
  });

  it('is void once it was revoked (RFC 7009)', async () => {
    const { refreshToken } = await logInAs('customer-013');
    const answer = await send({
      method: 'POST',
      target: '/token/revocation',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ client_id: 'shop', token: refreshToken }).toString(),
    });
    expect(answer.status).toBe(200);
    await expect(refreshTokens(send, refreshToken)).rejects.toThrow('status 400');
  });

  it('stands in no row of the database', async () => {
    const { refreshToken } = await logInAs('customer-014');
    const { rows } = await database.query<{ text: string }>(
      'SELECT row_to_json(r)::text AS text FROM oidc_records r',
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ text }) => text.includes(refreshToken))).toEqual([]);
  });
});

describe('a service', () => {
  it('gets a token for a service that it calls, with the scopes it has there', async () => {
    const { body } = await clientToken('orders', 'secret-of-orders-1');
    const { payload } = await jwtVerify(body['access_token'] ?? '', keys(), {
      issuer: ISSUER,
      audience: 'payments',
    });
    expect(payload).toMatchObject({
      sub: 'orders',
      client_id: 'orders',
      scope: 'payments:read payments:write',
    });
    expect(payload['roles']).toBeUndefined();
  });

  it.each([
    ['orders', 'secret-of-orders-1', { resource: 'http://shipping' }, 400, 'invalid_target'],
    [
      'orders',
      'secret-of-orders-1',
      { resource: 'http://gateway', scope: 'shop' },
      400,
      'invalid_target',
    ],
    ['catalog', 'secret-of-the-catalog', {}, 400, 'invalid_target'],
    ['orders', 'another-secret', {}, 401, 'invalid_client'],
    ['orders', 'held-by-the-client', {}, 401, 'invalid_client'],
    ['stranger', 'secret-of-orders-1', {}, 401, 'invalid_client'],
  ])('%s with secret %s and %j is answered %i %s', async (id, secret, form, status, error) => {
    expect(await clientToken(id, secret, form)).toMatchObject({ status, body: { error } });
  });

  it('may use its old secret until the launcher forgets it, and the new one at once', async () => {
    const tell = (secrets: string[]) =>
      registry.setWorkload('identity-1', {
        internalTokens: [TEST_INTERNAL_TOKEN],
        ...workload(secrets),
      });
    const statusIs = async (secret: string, wanted: number) => {
      while ((await clientToken('orders', secret)).status !== wanted);
    };
    tell(['secret-of-orders-2', 'secret-of-orders-1']);
    await statusIs('secret-of-orders-2', 200);
    expect((await clientToken('orders', 'secret-of-orders-1')).status).toBe(200);
    tell(['secret-of-orders-2']);
    await statusIs('secret-of-orders-1', 401);
    tell(['secret-of-orders-2', 'secret-of-orders-1']);
    await statusIs('secret-of-orders-1', 200);
  });
});

describe('the keys', () => {
  it('are two at least, public halves only, and the next one is known before it signs', async () => {
    const published = async () =>
      ((await (await fetch(`${service.url}/jwks`)).json()) as { keys: Record<string, unknown>[] })
        .keys;
    const before = await published();
    expect(before.length).toBeGreaterThanOrEqual(2);
    expect(before.every((key) => key['d'] === undefined)).toBe(true);
    const { current } = await rotate();
    expect(before.map(({ kid }) => kid)).toContain(current);
    const { body } = await clientToken('orders', 'secret-of-orders-1');
    expect(decodeProtectedHeader(body['access_token'] ?? '').kid).toBe(current);
  });

  it('rotate without a request dropped, and old tokens stay good', async () => {
    const { body: old } = await clientToken('orders', 'secret-of-orders-1');
    const refresh = await logInAs('customer-020');
    let over = false;
    let issued = 0;
    const asking = Array.from({ length: 4 }, async () => {
      while (!over) {
        const { status, body } = await clientToken('orders', 'secret-of-orders-1');
        expect(status).toBe(200);
        await jwtVerify(body['access_token'] ?? '', keys(), { issuer: ISSUER });
        issued++;
      }
    });
    for (let turn = 0; turn < 3; turn++) {
      const from = issued;
      await rotate();
      while (issued < from + 8) await new Promise((resolve) => setImmediate(resolve));
    }
    over = true;
    await Promise.all(asking);
    await jwtVerify(old['access_token'] ?? '', keys(), { issuer: ISSUER });
    await refreshTokens(send, refresh.refreshToken);
  });
});

describe('what an operator takes back', () => {
  const tell = async (path: string, body: object) => {
    const response = await fetch(`${service.url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${TEST_INTERNAL_TOKEN}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
    return (await response.json()) as Record<string, unknown>;
  };
  const newToken = async () =>
    (await clientToken('orders', 'secret-of-orders-1')).body['access_token'] ?? '';

  it('replaces the key at once, by one that was not announced', async () => {
    const before = await rotate();
    const old = await newToken();
    const after = await tell('/internal/keys/replace', { dropFormer: false });
    expect([before.current, before.next]).not.toContain(after['current']);
    expect(decodeProtectedHeader(await newToken()).kid).toBe(after['current']);
    await jwtVerify(old, keys(), { issuer: ISSUER });
  });

  it('drops former keys: what they signed is good no more', async () => {
    const old = await newToken();
    expect(await tell('/internal/keys/replace', { dropFormer: true })).toMatchObject({
      retired: [],
    });
    await expect(jwtVerify(old, keys(), { issuer: ISSUER })).rejects.toThrow();
    await jwtVerify(await newToken(), keys(), { issuer: ISSUER });
  });

  it('revokes the refresh tokens of those who are named, and they can log in again', async () => {
    const mine = await logInAs('customer-021');
    const other = await logInAs('customer-022');
    await tell('/internal/tokens/revoke', { customer: 'customer-_21' });
    const still = await refreshTokens(send, mine.refreshToken);
    expect(await tell('/internal/tokens/revoke', { customer: 'customer-*21' })).toEqual({
      grants: 1,
    });
    await expect(refreshTokens(send, still.refreshToken)).rejects.toThrow('status 400');
    await refreshTokens(send, other.refreshToken);
    await logInAs('customer-021');
  });
});

describe('what has expired', () => {
  it('is swept away, and nothing else', async () => {
    const { refreshToken } = await logInAs('customer-030');
    await database.query(
      `INSERT INTO oidc_records (model, id, payload, expires_at)
       SELECT 'Interaction', 'old-' || n, '{}', now() - interval '1 second'
       FROM generate_series(1, 2500) AS n`,
    );
    const sweeper = defineService({
      name: 'sweeper',
      migrations: new URL('./migrations/', import.meta.url),
      calls: [],
      build: async (chassis) => {
        expect(await sweepExpired(chassis.database)).toBeGreaterThanOrEqual(2_500);
        return {};
      },
    });
    const url = `postgresql://${database.user}:${String(database.password)}@127.0.0.1:${database.port}/${String(database.database)}`;
    await (await startTestService(sweeper, { DATABASE_URL: url })).close();
    const { rows } = await database.query<{ n: string }>(
      `SELECT count(*) AS n FROM oidc_records WHERE expires_at < now() - interval '1 second'`,
    );
    expect(rows).toEqual([{ n: '0' }]);
    await refreshTokens(send, refreshToken);
  });
});

describe('discovery', () => {
  it('names the issuer, and addresses at the name by which it was asked', async () => {
    const text = await (await fetch(`${service.url}/.well-known/openid-configuration`)).text();
    expect(JSON.parse(text)).toMatchObject({
      issuer: ISSUER,
      token_endpoint: `${service.url}/token`,
      jwks_uri: `${service.url}/jwks`,
      code_challenge_methods_supported: ['S256'],
    });
  });
});
