import { derivePassword, logIn, type Send } from '@faultline/chassis/core';
import { TEST_INTERNAL_TOKEN } from '@faultline/chassis/testing';
import { TOPOLOGY } from '@faultline/topology';
import { importJWK, SignJWT, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD_SEED, startFleet, type Fleet } from './fleet.ts';
import { documentedEndpoints, internalPaths, isPublic, targetOf, type Endpoint } from './routes.ts';

const SERVICES = TOPOLOGY.services.map(({ name }) => name);
let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet();
}, 120_000);

afterAll(() => fleet[Symbol.asyncDispose]());

/** A token with the provider's own signature, whatever it says. */
async function sign(claims: object, expiresInS = 900): Promise<string> {
  const { rows } = await fleet.identityDatabase.query<{ jwk: JWK }>(
    `SELECT jwk FROM signing_keys WHERE state = 'current'`,
  );
  const jwk = rows[0]?.jwk;
  if (!jwk) throw new Error('no current key');
  const nowS = Math.floor(Date.now() / 1_000);
  return new SignJWT({ client_id: 'orders', sub: 'orders', ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: jwk.kid!, typ: 'at+jwt' })
    .setIssuer('http://identity')
    .setIssuedAt(Math.min(nowS, nowS + expiresInS))
    .setExpirationTime(nowS + expiresInS)
    .sign(await importJWK(jwk, 'ES256'));
}

/** All rights that there are at `service`. */
const rightsAt = (service: string) => ({
  aud: service,
  scope: `${service}:read ${service}:write shop`,
});

async function ask({ service, method, path }: Endpoint, token?: string) {
  const response = await fetch(`${fleet.urlOf(service)}${targetOf(path)}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      'idempotency-key': 'walk',
      'content-type': 'application/json',
    },
    ...(method === 'GET' ? {} : { body: '{}' }),
  });
  const text = await response.text();
  const code = /"code":"([a-z-]+)"/.exec(text)?.[1];
  return `${response.status} ${code ?? ''}`.trim();
}

/** What each endpoint answers that answers something other than `expected`. */
async function exceptions(
  endpoints: Endpoint[],
  expected: string,
  token?: (service: string) => Promise<string>,
): Promise<string[]> {
  const found: string[] = [];
  for (const endpoint of endpoints) {
    const answer = await ask(endpoint, await token?.(endpoint.service));
    const { service, method, path } = endpoint;
    if (answer !== expected) found.push(`${service}: ${method} ${path} answered ${answer}`);
  }
  return found;
}

describe('every endpoint of every service but the public ones', () => {
  let closed: Endpoint[];

  beforeAll(async () => {
    const all = await Promise.all(
      SERVICES.map((service) => documentedEndpoints(service, fleet.urlOf(service))),
    );
    closed = all
      .flat()
      .filter((endpoint) => !isPublic(endpoint))
      // An operator's, and looked at below.
      .filter(({ path }) => !path.startsWith('/internal/') && path !== '/load');
    expect(closed.length).toBeGreaterThan(20);
  });

  it('is closed to a call without a token', async () => {
    expect(await exceptions(closed, '401 token-required')).toEqual([]);
  });

  it('is closed to a good token for another service', async () => {
    const token = await sign({ ...rightsAt('somebody-else') });
    expect(await exceptions(closed, '401 token-invalid', async () => token)).toEqual([]);
  });

  it('is closed to a token that was good until a minute ago', async () => {
    const expired = (service: string) => sign(rightsAt(service), -60);
    expect(await exceptions(closed, '401 token-expired', expired)).toEqual([]);
  });

  it('is closed to a token of this service without the right scope', async () => {
    const weak = (service: string) => sign({ aud: service, scope: 'other:read', sub: 'somebody' });
    expect(await exceptions(closed, '403 scope-missing', weak)).toEqual([]);
  });

  it('is closed to the internal token of the lab', async () => {
    const internal = async () => TEST_INTERNAL_TOKEN;
    expect(await exceptions(closed, '401 token-invalid', internal)).toEqual([]);
  });
});

describe('every endpoint of an operator', () => {
  const operators = (): Endpoint[] => [
    ...SERVICES.flatMap((service) =>
      ['/internal/audit', '/internal/faults', ...internalPaths(service)].flatMap((path) =>
        ['GET', 'POST', 'PUT'].map((method) => ({ service, method, path })),
      ),
    ),
    { service: 'loadgen', method: 'GET', path: '/load' },
    { service: 'loadgen', method: 'PUT', path: '/load' },
  ];

  it.each([
    ['without a token', undefined],
    [
      'with a token that has every right at the service',
      (service: string) => sign(rightsAt(service)),
    ],
    ['with one that expired', (service: string) => sign(rightsAt(service), -60)],
  ])('is closed %s', async (_how, token) => {
    const found = await exceptions(operators(), '401 token-required', token);
    // There is no such endpoint with that method, which nobody may know either way.
    expect(found.filter((line) => !line.endsWith('404 route-not-found'))).toEqual([]);
    expect(operators().length - found.length).toBeGreaterThan(10);
  });
});

describe('an order', () => {
  const send: Send = async ({ target, ...request }) => {
    const response = await fetch(`${fleet.urlOf('identity')}${target}`, {
      ...request,
      redirect: 'manual',
    });
    const cookies = response.headers.getSetCookie();
    return {
      status: response.status,
      headers: { ...Object.fromEntries(response.headers), 'set-cookie': cookies },
      text: await response.text(),
    };
  };
  const tokenOf = async (user: string) =>
    (await logIn(send, user, await derivePassword(PASSWORD_SEED, user))).accessToken;

  async function call(token: string | undefined, method: string, path: string, body?: object) {
    const response = await fetch(`${fleet.urlOf('edge')}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  const items = [{ sku: 'P-0001', quantity: 1 }];

  it('is placed in the name of whoever is logged in, and shown to nobody else', async () => {
    const [ada, bob, support, admin] = await Promise.all(
      ['customer-001', 'customer-002', 'support-001', 'admin-001'].map(tokenOf),
    );
    const placed = await call(ada, 'POST', '/v1/orders', { items });
    expect(placed.status).toBeLessThan(300);
    const path = `/v1/orders/${String(placed.body['orderId'])}`;
    const mine = { status: 200, body: { customerId: 'customer-001' } };
    for (const token of [ada, support, admin])
      expect(await call(token, 'GET', path)).toMatchObject(mine);
    expect(await call(bob, 'GET', path)).toMatchObject({
      status: 404,
      body: { code: 'order-not-found' },
    });
    expect((await call(undefined, 'GET', path)).status).toBe(401);

    const list = '/v1/orders?customerId=customer-001';
    // The list is of the read side, which follows.
    await expect
      .poll(async () => (await call(ada, 'GET', '/v1/orders')).body)
      .toMatchObject({ orders: [mine.body] });
    expect((await call(support, 'GET', list)).status).toBe(200);
    expect(await call(bob, 'GET', list)).toMatchObject({
      status: 403,
      body: { code: 'not-your-account' },
    });
    expect((await call(bob, 'GET', '/v1/orders')).body).toEqual({ orders: [] });
  });

  it('is not placed in the name of somebody else, by a customer or by staff', async () => {
    for (const user of ['customer-002', 'support-001']) {
      const answer = await call(await tokenOf(user), 'POST', '/v1/orders', {
        customerId: 'customer-001',
        items,
      });
      expect(answer).toMatchObject({ status: 403, body: { code: 'not-your-account' } });
    }
  });

  it('is not shown by the service behind the gateway either, when it is told who asks', async () => {
    const ada = await tokenOf('customer-001');
    const { body } = await call(ada, 'POST', '/v1/orders', { items });
    const url = `${fleet.urlOf('orders')}/orders/${String(body['orderId'])}`;
    const claims = { ...rightsAt('orders'), sub: 'gateway', client_id: 'gateway' };
    const authorization = `Bearer ${await sign(claims)}`;
    const statusFor = async (id: string) => {
      const assertion = await fleet.assertion({ id, roles: ['customer'] });
      const headers = { authorization, 'x-user-assertion': assertion };
      return (await fetch(url, { headers })).status;
    };
    expect(await statusFor('customer-001')).toBe(200);
    expect(await statusFor('customer-002')).toBe(404);
    expect((await fetch(url, { headers: { authorization } })).status).toBe(200);
  });

  it('can be placed for anybody by anybody while the gateway asks nobody who they are', async () => {
    const order = { customerId: 'customer-003', items };
    const turn = (enabled: boolean) =>
      fleet.registry.set({ service: { authentication: { enabled } } });
    expect((await call(undefined, 'POST', '/v1/orders', order)).status).toBe(401);
    turn(false);
    let status = 401;
    while (status === 401) ({ status } = await call(undefined, 'POST', '/v1/orders', order));
    expect(status).toBeLessThan(300);
    turn(true);
    while (status !== 401) ({ status } = await call(undefined, 'POST', '/v1/orders', order));
  });

  it('leaves one correlation id in what every service on its way wrote', async () => {
    const correlationId = 'journey-of-one-order';
    const response = await fetch(`${fleet.urlOf('edge')}/v1/orders`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await tokenOf('customer-004')}`,
        'content-type': 'application/json',
        'x-correlation-id': correlationId,
      },
      body: JSON.stringify({ items, fulfilment: 'orchestrated' }),
    });
    expect(response.headers.get('x-correlation-id')).toBe(correlationId);
    for (const name of ['edge', 'gateway', 'orders', 'inventory', 'payments', 'shipping']) {
      const { logs } = fleet.services.get(name)!;
      while (!logs.some((line) => line['correlation_id'] === correlationId)) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  });
});
