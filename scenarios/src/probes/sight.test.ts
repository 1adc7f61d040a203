import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '@faultline/chassis/core';
import { afterEach, describe, expect, it } from 'vitest';
import { createMemoryFleet } from '../testing/memory-fleet.ts';
import { sagaAt, statusOfTests } from '../testing/sight.ts';
import type { HttpProbeRequest } from './model.ts';
import { createSight, type SightParts } from './sight.ts';

const pem = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');
const AUTHORITIES = pem('authority.pem');
const LEAF = { certificate: pem('certificate.pem'), privateKey: pem('private-key.pem') };

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listening(server: Server): Promise<string> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serve = (answer: RequestListener) => listening(createServer(answer));

function sightOf(said: Partial<SightParts> = {}) {
  return createSight({
    collector: { get: () => Promise.reject(new Error('not asked')) },
    fleet: { status: statusOfTests, directUrl: () => null },
    clock: systemClock,
    topics: async () => [],
    invariants: async () => ({ holds: true, checkedAt: 0, invariants: [] }),
    logIn: async (customer) => `token-of-${customer}`,
    ...said,
  });
}

const atUrl = (url: string) => ({ status: statusOfTests, directUrl: () => url });
const REQUEST: HttpProbeRequest = {
  ...{ service: 'edge', method: 'GET', path: '/v1/products?x=1', headers: {} },
  ...{ certificate: 'shown', timeoutMs: 5000 },
};

describe('the collector as probes see it', () => {
  const asking = (answers: unknown[]) => {
    const asked: string[] = [];
    const sight = sightOf({
      collector: {
        async get(path, query) {
          asked.push(`${path}?${decodeURIComponent(query.toString())}`);
          return answers.shift();
        },
      },
    });
    return { asked, sight };
  };

  it('is asked in its own words', async () => {
    const red = { at: 1, windowMs: 10_000, services: [], links: [] };
    const fast = { at: 1, windowMs: 10_000, thresholdMs: 300, good: 1, total: 2 };
    const metric = {
      ...{ name: 'm', aggregate: 'last', from: 0, to: 9, stepMs: 1000 },
      ...{ truncated: false, series: [] },
    };
    const { asked, sight } = asking([red, fast, metric, { breakers: [] }]);
    expect(await sight.red(9500)).toEqual(red);
    const calls = { service: 'gateway', operation: 'GET /', thresholdMs: 300, windowMs: 10_000 };
    expect(await sight.fasterThan(calls)).toMatchObject({ good: 1, total: 2 });
    const query = { name: 'm', labels: { pool: 'main' }, from: 0, to: 9, stepMs: 1000 };
    await sight.metrics({ ...query, aggregate: 'last' });
    await sight.breakers();
    expect(asked).toEqual([
      '/api/red?window=10s',
      '/api/red/faster?service=gateway&operation=GET+/&thresholdMs=300&window=10s',
      '/api/metrics?name=m&from=0&to=9&stepMs=1000&aggregate=last&label.pool=main',
      '/api/breakers?',
    ]);
  });

  it('is read page after page where sagas are many', async () => {
    const counts = { running: 0, completed: 2, compensated: 0, stuck: 0 };
    const page = (at: number, nextCursor: string | null) => ({
      ...{ counts, sagas: [sagaAt('completed', at)], nextCursor },
    });
    const { asked, sight } = asking([page(1, 'next'), page(2, null)]);
    const { sagas } = await sight.sagas({ state: 'completed', from: 0, to: 9 });
    expect(sagas.map(({ updatedAt }) => updatedAt)).toEqual([1, 2]);
    expect(asked[1]).toBe('/api/sagas?limit=500&from=0&to=9&state=completed&cursor=next');
  });

  it('throws on an answer of another shape', async () => {
    const { sight } = asking([{ breakers: 'none' }]);
    await expect(sight.breakers()).rejects.toThrow('breakers');
  });
});

describe('an HTTP probe', () => {
  it('sends what it is told to an instance, and reads the answer', async () => {
    const url = await serve((request, response) => {
      const { method, url: path, headers } = request;
      void request.toArray().then((chunks: Buffer[]) => {
        const body = Buffer.concat(chunks).toString();
        const { authorization, 'content-type': type, a } = headers;
        response.writeHead(201).end(JSON.stringify({ method, path, authorization, type, a, body }));
      });
    });
    const sight = sightOf({ fleet: atUrl(url) });
    const sent = { ...REQUEST, method: 'POST' as const, headers: { a: 'b' }, body: { c: 1 } };
    const answer = await sight.http({ ...sent, as: 'ada' });
    if (answer.kind !== 'answered') throw new Error(answer.detail);
    expect(answer.status).toBe(201);
    expect(answer.durationMs).toBeGreaterThan(0);
    expect(JSON.parse(answer.body)).toEqual({
      ...{ method: 'POST', path: '/v1/products?x=1', authorization: 'Bearer token-of-ada' },
      ...{ type: 'application/json', a: 'b', body: '{"c":1}' },
    });
  });

  it('follows no redirect', async () => {
    const url = await serve((_, response) =>
      response.writeHead(302, { location: 'http://192.0.2.1/' }).end(),
    );
    expect(await sightOf({ fleet: atUrl(url) }).http(REQUEST)).toMatchObject({ status: 302 });
  });

  it('reads 64 KB of an endless body', async () => {
    const url = await serve((_, response) => {
      const write = (): void => void response.write('x'.repeat(100_000), () => setImmediate(write));
      write();
    });
    const answer = await sightOf({ fleet: atUrl(url) }).http(REQUEST);
    expect(answer.kind === 'answered' && answer.body.length).toBe(64 * 1024);
  });

  it.each([
    ['no instance', { ...REQUEST, service: 'nothing' }, 'there is no service nothing'],
    ['no address', REQUEST, 'edge-1 has no address'],
  ])('is refused with %s', async (_, request, detail) => {
    const refused = await sightOf().http(request);
    expect(refused).toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining(detail) as string,
    });
  });

  it('is refused when nobody listens, and when nobody answers in time', async () => {
    const nobody = sightOf({ fleet: atUrl('http://127.0.0.1:1') });
    expect(await nobody.http(REQUEST)).toMatchObject({
      detail: expect.stringContaining('ECONNREFUSED') as string,
    });
    const silent = sightOf({ fleet: atUrl(await serve(() => undefined)) });
    expect(await silent.http({ ...REQUEST, timeoutMs: 50 })).toEqual({
      kind: 'refused',
      detail: 'no answer within 50 ms',
    });
  });

  it('cannot be led to another address by its path', async () => {
    const sight = sightOf({ fleet: atUrl('http://127.0.0.1:1') });
    expect(await sight.http({ ...REQUEST, path: '//192.0.2.1/' })).toMatchObject({
      detail: 'the path leads to another address',
    });
  });

  it('throws when it is given up', async () => {
    const stop = new AbortController();
    const url = await serve(() => stop.abort(new Error('enough')));
    const sight = sightOf({ fleet: atUrl(url), signal: stop.signal });
    await expect(sight.http(REQUEST)).rejects.toThrow('enough');
  });
});

describe('an HTTP probe over TLS', () => {
  const underMtls = (url: string) => {
    const fleet = createMemoryFleet({ services: { orders: ['orders-1'] }, links: [] });
    fleet.setMtls(true);
    fleet.setDirectUrl('orders', url);
    return fleet;
  };
  const secure = (demandsClient: boolean) =>
    listening(
      createTlsServer(
        {
          ...{ cert: LEAF.certificate, key: LEAF.privateKey, ca: AUTHORITIES },
          ...{ requestCert: demandsClient, rejectUnauthorized: demandsClient },
        },
        (_, response) => response.end('well'),
      ),
    );
  const request = { ...REQUEST, service: 'orders' };

  it('trusts the authority of the lab, and the name of the service', async () => {
    const fleet = underMtls(await secure(false));
    const trusting = sightOf({ fleet, tls: async () => ({ authorities: AUTHORITIES }) });
    expect(await trusting.http(request)).toMatchObject({ status: 200, body: 'well' });
  });

  it('is refused without a certificate where one is demanded, and answered with it', async () => {
    const fleet = underMtls(await secure(true));
    const stranger = sightOf({ fleet, tls: async () => ({ authorities: AUTHORITIES }) });
    expect(await stranger.http(request)).toMatchObject({ kind: 'refused' });
    const tls = async () => ({ authorities: AUTHORITIES, client: LEAF });
    const known = sightOf({ fleet, tls });
    expect(await known.http(request)).toMatchObject({ status: 200 });
    const asStranger = { ...request, certificate: 'none' as const };
    expect(await known.http(asStranger)).toMatchObject({ kind: 'refused' });
  });
});
