import { createSequentialIds, systemClock } from '@faultline/chassis/core';
import { createToxiproxy } from '@faultline/tcp-proxy';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryFleet, type MemoryFleet } from '../../testing/memory-fleet.ts';
import { createLeases, type Leases } from '../leases/leases.ts';
import { createFaultRegistry } from '../registry.ts';

const link = 'orders->payments';
const resources = new AsyncDisposableStack();
let fleet: MemoryFleet;
let leases: Leases;
let port: number;

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  resources.defer(() => server.closeAllConnections());
  resources.defer(() => void server.close());
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  const payments = createServer((_request, response) => response.end('paid'));
  const upstream = `127.0.0.1:${await listen(payments)}`;
  const proxies = resources.use(await createToxiproxy({ port: 0, seed: 1 }));
  const made = await fetch(new URL('/proxies', proxies.url), {
    method: 'POST',
    body: JSON.stringify({ name: 'orders.payments-1', listen: '127.0.0.1:0', upstream }),
  });
  port = Number(((await made.json()) as { listen: string }).listen.split(':').at(-1));
  fleet = createMemoryFleet({
    services: { orders: ['orders-1'], payments: ['payments-1'] },
    links: [
      { name: link, proxies: [{ proxy: 'orders.payments-1', instance: 'payments-1' }] },
      { name: 'orders->postgres', kind: 'database', proxies: [] },
    ],
    proxyApiUrl: proxies.url,
  });
  const ids = createSequentialIds('fault');
  const parts = { fleet, clock: systemClock, ids, registry: createFaultRegistry() };
  leases = resources.use(createLeases(parts));
});
afterEach(async () => {
  await leases.clearAll();
  leases.release();
});
afterAll(() => resources.disposeAsync());

async function ask(path = '/charges') {
  const begun = performance.now();
  const asked = Promise.withResolvers<IncomingMessage>();
  get({ host: '127.0.0.1', port, path, headers: { 'x-user': 'ann' }, agent: false })
    .on('response', asked.resolve)
    .on('error', asked.reject);
  try {
    const answer = await asked.promise;
    const { statusCode: status, headers } = answer;
    return { status, headers, text: await text(answer), tookMs: performance.now() - begun };
  } catch (error) {
    return { error: (error as NodeJS.ErrnoException).code };
  }
}

describe('an HTTP fault', () => {
  it.each([
    [
      { kind: 'http.status', status: 502, text: 'bad' },
      { status: 502, text: 'bad' },
    ],
    [{ kind: 'http.abort', header: 'x-user: a*' }, { error: 'ECONNRESET' }],
    [{ kind: 'http.body' }, { status: 200, text: '####' }],
    [
      { kind: 'http.header', name: 'x-limit', value: '3', method: 'get' },
      { headers: { 'x-limit': '3' }, text: 'paid' },
    ],
  ])('%j is felt while it lasts, by what matches, and not afterwards', async (fault, felt) => {
    const answer = await leases.apply({ ...fault, link, path: '/charges' }, 'test');
    expect(answer).toMatchObject({ kind: 'applied' });
    expect(await ask()).toMatchObject(felt);
    expect(await ask('/refunds')).toMatchObject({ status: 200, text: 'paid' });
    const [{ id } = { id: '' }] = leases.list();
    expect((await leases.clear(id)).kind).toBe('cleared');
    expect(await ask()).toMatchObject({ status: 200, text: 'paid' });
  });

  it('http.delay holds what matches', async () => {
    await leases.apply({ kind: 'http.delay', link, delayMs: 200, path: '/ch*' }, 'test');
    expect((await ask()).tookMs).toBeGreaterThanOrEqual(195);
  });

  it('says which requests it means', async () => {
    await leases.apply(
      { kind: 'http.status', link, path: '/v1/*', method: 'post', share: 0.25 },
      't',
    );
    expect(leases.list()[0]?.summary).toBe('HTTP 503 for POST /v1/*, 25 % of them');
  });

  it('is refused where links speak mutual TLS, with the way out', async () => {
    fleet.setMtls(true);
    const answer = await leases.apply({ kind: 'http.abort', link }, 'test');
    fleet.setMtls(false);
    expect(answer).toMatchObject({ code: 'fault-not-applied' });
    expect(answer).toHaveProperty('detail', expect.stringContaining('mutual TLS off'));
  });

  it('is refused on the way to a database', async () => {
    const answer = await leases.apply({ kind: 'http.abort', link: 'orders->postgres' }, 'test');
    expect(answer).toMatchObject({ code: 'invalid-fault', errors: [{ field: 'link' }] });
    expect(answer).toHaveProperty('detail', expect.stringContaining('speaks PostgreSQL'));
  });

  it('is refused by a proxy server that knows no HTTP, with the way out', async () => {
    const own = fleet.proxyApiUrl;
    const other = createServer((request, response) =>
      response.end(request.url === '/version' ? '{"version":"2.12.0"}' : '{}'),
    );
    fleet.setProxyApiUrl(`http://127.0.0.1:${await listen(other)}`);
    const answer = await leases.apply({ kind: 'http.abort', link }, 'test');
    fleet.setProxyApiUrl(own);
    expect(answer).toMatchObject({ code: 'fault-not-applied' });
    expect(answer).toHaveProperty('detail', expect.stringContaining('Toxiproxy 2.12.0'));
  });
});
