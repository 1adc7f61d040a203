import {
  createTestRegistry,
  startTestService,
  testWorkloadToken,
  type TestRegistry,
  type TestService,
} from '@faultline/chassis/testing';
import { createToxiproxy, type Toxiproxy } from '@faultline/tcp-proxy';
import { once } from 'node:events';
import { request as secureRequest, type RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { issueLeaf, LEAF_LIFE_MS, makeAuthority } from './authority.ts';

type Definition = Parameters<typeof startTestService>[0];
type Chassis = Parameters<Definition['build']>[0];

const authority = makeAuthority(Date.now());
const TRUST = { mtls: true, callers: ['orders'] };
const whoAnswer = z.object({ caller: z.string().nullable() });

let registry: TestRegistry;
let proxies: Toxiproxy;
let payments: TestService;
let orders: TestService;
let chassis: Chassis;

function tlsOf(service: string, signer = authority, life = LEAF_LIFE_MS, now = Date.now()) {
  const leaf = issueLeaf(signer, { service, instance: `${service}-1` }, now, life);
  return { ...leaf, authorities: signer.certificate };
}

function deliver(instance: string, tls: ReturnType<typeof tlsOf>): void {
  const secrets = {
    clientSecret: `client-secret-of-${instance}`,
    internalTokens: ['x'.repeat(20)],
  };
  registry.setWorkload(instance, { ...secrets, tls });
}

function start(definition: Omit<Definition, 'build'> & Partial<Definition>): Promise<TestService> {
  const instance = `${definition.name}-1`;
  return startTestService(
    { build: () => ({}), ...definition },
    { REGISTRY_URL: registry.url, WORKLOAD_TOKEN: testWorkloadToken(instance) },
  );
}

const who = () =>
  chassis.link('payments').call({
    operation: 'who',
    method: 'GET',
    path: '/who',
    response: whoAnswer,
  });

beforeEach(async () => {
  registry = await createTestRegistry();
  proxies = await createToxiproxy({ port: 0 });
  deliver('payments-1', tlsOf('payments'));
  deliver('orders-1', tlsOf('orders'));
  payments = await start({
    name: 'payments',
    calls: [],
    build: (given) => ({
      routes: (app) => void app.get('/who', () => ({ caller: given.context()?.caller ?? null })),
    }),
  });
  const listen = `127.0.0.1:${await freePort()}`;
  await fetch(`${proxies.url}/proxies`, {
    method: 'POST',
    body: JSON.stringify({ name: 'p', listen, upstream: `127.0.0.1:${payments.port}` }),
  });
  orders = await start({
    name: 'orders',
    calls: ['payments'],
    build: (given) => {
      chassis = given;
      return {};
    },
  });
  registry.setLink('orders->payments', [`http://${listen}`]);
});
afterEach(async () => {
  await orders.close();
  await payments.close();
  await proxies[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

async function switchOn(): Promise<void> {
  registry.set({ trust: TRUST, tls: 'mutual' });
  await expect.poll(who).toMatchObject({ kind: 'ok', body: { caller: 'orders' } });
}

describe('a service with mutual TLS', () => {
  it('knows its caller by the certificate, through a proxy that knows nothing of it', async () => {
    await expect.poll(who).toMatchObject({ kind: 'ok', body: { caller: null } });
    await switchOn();
    const { status, code } = await ask({ path: '/who' });
    expect([status, code]).toEqual([200, undefined]);
  });

  it('refuses plaintext a moment later, but not to those who watch over it', async () => {
    await switchOn();
    const plain = (path: string) => fetch(`${payments.url}${path}`);
    await expect.poll(async () => (await plain('/who')).status, { timeout: 5000 }).toBe(403);
    expect(await (await plain('/who')).json()).toMatchObject({ code: 'certificate-required' });
    for (const path of ['/health', '/ready', '/metrics']) {
      expect((await plain(path)).status).toBe(200);
    }
    expect(await who()).toMatchObject({ kind: 'ok' });
  });

  it.each([
    ['of a service that may not call it', () => tlsOf('shipping'), 'caller-refused'],
    [
      'that has ended',
      () => tlsOf('orders', authority, 1000, Date.now() - 2000),
      'certificate-refused',
    ],
    [
      'of another authority',
      () => ({ ...tlsOf('orders', makeAuthority(Date.now())), authorities: authority.certificate }),
      'certificate-refused',
    ],
    ['that is missing', () => undefined, 'certificate-required'],
  ])('refuses a certificate %s', async (_what, tls, code) => {
    await switchOn();
    const refused = async () => ask({ path: '/who', tls: tls() });
    await expect.poll(refused, { timeout: 5000 }).toMatchObject({ status: 403, code });
    const refusals = () =>
      payments.records.filter(({ attributes }) => attributes['reason'] === code);
    await expect.poll(refusals).not.toEqual([]);
  });

  it('is not called under the name of another service', async () => {
    await switchOn();
    deliver('payments-1', tlsOf('shipping'));
    registry.set({ tls: 'none', trust: { ...TRUST, mtls: false } });
    await expect.poll(who).toMatchObject({ kind: 'ok', body: { caller: null } });
    registry.set({ tls: 'mutual' });
    await expect.poll(who).toMatchObject({ kind: 'failed', reason: 'connection' });
    expect(await who()).toMatchObject({ maybeReceived: false });
  });
});

/** Calls one after the other on several lines, until told to end; what did not end well. */
function load(lines: number): () => Promise<{ calls: number; failures: unknown[] }> {
  let calls = 0;
  let ended = false;
  const failures: unknown[] = [];
  const line = async (): Promise<void> => {
    while (!ended) {
      const outcome = await who();
      calls += 1;
      if (outcome.kind !== 'ok' || outcome.attempts > 1) failures.push(outcome);
    }
  };
  const running = Promise.all(Array.from({ length: lines }, line));
  return async () => {
    ended = true;
    await running;
    return { calls, failures };
  };
}

describe('under load', () => {
  it('certificates of both ends and the authority are renewed without a failed attempt', async () => {
    await switchOn();
    const next = makeAuthority(Date.now());
    const authorities = authority.certificate + next.certificate;
    const end = load(8);
    for (let round = 0; round < 10; round += 1) {
      const signer = round < 5 ? authority : next;
      deliver('payments-1', { ...tlsOf('payments', signer), authorities });
      deliver('orders-1', { ...tlsOf('orders', signer), authorities });
      // Connections end with the endpoint: the next ones show the new certificates.
      registry.set({ tls: round % 2 === 0 ? 'server' : 'mutual', trust: { ...TRUST, open: true } });
      await pause(200);
    }
    const { calls, failures } = await end();
    expect(failures).toEqual([]);
    expect(calls).toBeGreaterThan(100);
  });

  it('it is switched on and off without a failed attempt', async () => {
    await expect.poll(who).toMatchObject({ kind: 'ok' });
    const end = load(8);
    for (let round = 0; round < 6; round += 1) {
      const on = round % 2 === 0;
      registry.set({ trust: { ...TRUST, mtls: on }, tls: on ? 'mutual' : 'none' });
      await pause(200);
    }
    expect((await end()).failures).toEqual([]);
  });
});

it('the edge shows its certificate to anybody and asks for none', async () => {
  registry.set({ trust: { mtls: true, open: true, callers: ['loadgen'] }, tls: 'server' });
  const open = () => ask({ path: '/who', tls: undefined });
  await expect.poll(open).toMatchObject({ status: 200 });
  const shipping = () => ask({ path: '/who', tls: tlsOf('shipping') });
  await expect.poll(shipping, { timeout: 5000 }).toMatchObject({ status: 403 });
  expect(await open()).toMatchObject({ status: 200 });
});

interface Question {
  path: string;
  /** Default: a good one of `orders`; undefined: none. */
  tls?: ReturnType<typeof tlsOf> | undefined;
}

/** Asks payments over TLS of Node's own. */
async function ask(question: Question): Promise<{ status: number; code: string | undefined }> {
  const tls = 'tls' in question ? question.tls : tlsOf('orders');
  const options: RequestOptions = {
    ...{ host: '127.0.0.1', port: payments.port, path: question.path, agent: false },
    ...{ ca: authority.certificate, servername: 'payments' },
    ...(tls ? { cert: tls.certificate, key: tls.privateKey } : {}),
  };
  return new Promise((resolve, reject) => {
    secureRequest(options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => {
        const { code } = JSON.parse(text) as { code?: string };
        resolve({ status: answer.statusCode ?? 0, code });
      });
    })
      .on('error', reject)
      .end();
  });
}

it.each(['GET /who HTTP/1.1\r\n', 'PRI /who HTTP/1.1\r\n', 'P'])(
  'a request that begins with %j is told apart byte by byte',
  async (beginning) => {
    const socket = connect({ host: '127.0.0.1', port: payments.port, noDelay: true });
    await once(socket, 'connect');
    for (const byte of beginning) {
      socket.write(byte);
      await new Promise(setImmediate);
    }
    socket.write(beginning === 'P' ? 'OST /none HTTP/1.1\r\n' : '');
    socket.end('host: payments\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    let text = '';
    for await (const chunk of socket.setEncoding('utf8')) text += chunk as string;
    expect(text).toMatch(/^HTTP\/1\.1 (200|400|404) /);
  },
);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
