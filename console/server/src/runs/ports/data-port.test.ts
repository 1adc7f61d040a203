import { createManualClock } from '@faultline/chassis/core';
import { createMemoryFleet } from '@faultline/scenarios/testing';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOperator } from '../../data/operator.ts';
import { createDataPort } from './data-port.ts';

const QUIET = { outboxPending: 0, sagas: { running: 0, compensating: 0 } };
const resources = new AsyncDisposableStack();
let facts: typeof QUIET;
let inFlight: number;
let refused: string | null;
let asked: string[];
/** Where each service answers. */
const urls = new Map<string, string>();

async function serve(service: string): Promise<void> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      if (request.method === 'POST') asked.push(`${service} ${request.url} ${body}`);
      const status = request.method === 'POST' && refused === service ? 500 : 200;
      response.writeHead(status, { 'content-type': 'application/json' });
      const answers: Record<string, object> = { '/internal/audit': facts, '/load': { inFlight } };
      response.end(JSON.stringify(answers[request.url ?? ''] ?? ''));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  resources.defer(() => server.closeAllConnections());
  resources.defer(() => void server.close());
  urls.set(service, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

beforeAll(() => Promise.all(['loadgen', 'gateway', 'catalog', 'orders'].map(serve)));
beforeEach(() => {
  facts = structuredClone(QUIET);
  inFlight = 0;
  refused = null;
  asked = [];
});
afterAll(() => resources.disposeAsync());

function portOf(clock = createManualClock(1000)) {
  const fleet = createMemoryFleet({
    services: {
      ...{ loadgen: ['loadgen-1'], gateway: ['gateway-1'], catalog: ['catalog-1'] },
      orders: ['orders-1', 'orders-2'],
    },
    links: [],
  });
  for (const [name, url] of urls) fleet.setDirectUrl(name, url);
  const loads: object[] = [];
  const port = createDataPort({
    ...{ fleet, clock, operator: createOperator(fleet) },
    topics: { overview: () => Promise.reject(new Error('no broker here')) },
    load: {
      current: () => ({
        enabled: true,
        rps: 1,
        mix: { browse: 1, checkout: 1, history: 1 },
        seed: 1,
      }),
      change: (patch) => Promise.resolve(loads.push(patch) > 0),
      [Symbol.dispose]: () => undefined,
    },
    act: async (_act, work) => work(),
  });
  return { port, loads, clock };
}

const { signal } = new AbortController();

describe('the data', () => {
  it('is emptied with the load off, owners first, by one instance of each service', async () => {
    const { port, loads } = portOf();
    expect(await port.reset(signal)).toMatchObject({ kind: 'done' });
    expect(loads).toEqual([{ enabled: false }]);
    expect(asked.slice(0, 3)).toEqual([
      'orders /internal/reset {"data":true}',
      'orders /internal/reset {"data":false}',
      'catalog /internal/reset {"data":true}',
    ]);
    expect(asked.slice(3).sort()).toEqual([
      'gateway /internal/reset {"data":true}',
      'loadgen /internal/reset {"data":true}',
    ]);
  });

  it('that a service does not empty is told of by its instance', async () => {
    refused = 'catalog';
    const answer = await portOf().port.reset(signal);
    expect(answer).toEqual({
      kind: 'refused',
      detail: 'catalog-1 answered 500 to /internal/reset',
    });
  });

  it('has settled at once when nothing is under way', async () => {
    expect(await portOf().port.settle(signal)).toEqual({ kind: 'done', detail: 'nothing waits' });
  });

  it('is not emptied while a customer may still place an order', async () => {
    inFlight = 2;
    const { port, clock } = portOf();
    let answer: unknown = null;
    void port.reset(signal).then((done) => (answer = done));
    await clock.advance(5_000);
    expect(asked).toEqual([]);
    inFlight = 0;
    await expect
      .poll(async () => {
        await clock.advance(1_000);
        return answer;
      })
      .toMatchObject({ kind: 'done' });
    expect(asked[0]).toBe('orders /internal/reset {"data":true}');
  });

  it('is waited for, and what still waits after a minute is told', async () => {
    facts = { outboxPending: 3, sagas: { running: 1, compensating: 1 } };
    const { port, clock } = portOf();
    let answer: unknown = null;
    void port.settle(signal).then((done) => (answer = done));
    await expect
      .poll(async () => {
        await clock.advance(10_000);
        return answer;
      })
      .toEqual({
        kind: 'refused',
        detail: '2 sagas run; 3 events wait in catalog; 2 sagas run; 3 events wait in orders',
      });
  });
});
