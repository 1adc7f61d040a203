import type { FeatureFlag, ServicePattern } from '@faultline/chassis/core';
import { createToxiproxy } from '@faultline/tcp-proxy';
import { TOPOLOGY } from '@faultline/topology';
import { createMemoryFleet, type MemoryFleet } from '@faultline/scenarios/testing';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createControlPlane,
  type ControlPlane,
  type ControlPlaneOptions,
} from '../control-plane.ts';

/** A collector that says what a test wants it to say. */
export interface FakeCollector extends AsyncDisposable {
  url: string;
  /** Bodies of `PUT /api/targets`. */
  targets: unknown[];
  send(event: string, data: unknown): void;
  answers: Map<string, { status: number; body: string }>;
}

/** Starts a collector that streams on demand and answers 404 for what it was not told. */
export async function startCollector(port = 0): Promise<FakeCollector> {
  const streams = new Set<ServerResponse>();
  const targets: unknown[] = [];
  const answers = new Map<string, { status: number; body: string }>();
  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '';
    if (path === '/api/stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': hello\n\n');
      streams.add(response);
      return;
    }
    if (request.method === 'PUT') {
      let text = '';
      request.on('data', (chunk) => (text += String(chunk)));
      request.on('end', () => {
        targets.push(JSON.parse(text));
        response.writeHead(204).end();
      });
      return;
    }
    const { status, body } = answers.get(path) ?? { status: 404, body: '{"code":"not-found"}' };
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets,
    answers,
    send(event, data) {
      for (const stream of streams) {
        stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A control plane over a fleet in memory, a real proxy server and a collector that obeys. */
export interface TestPlane extends AsyncDisposable {
  plane: ControlPlane;
  fleet: MemoryFleet;
  collector: FakeCollector;
  dataDir: string;
  /** A JSON request; `body` is sent as it is when it is a string. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
}

const PATTERNS: Readonly<Record<string, readonly ServicePattern[]>> = {
  orders: ['idempotency', 'outbox'],
  payments: ['idempotency', 'rateLimit'],
};
const FLAGS: readonly FeatureFlag[] = [
  { key: 'new-checkout', purpose: 'The new way', enabled: true, percentage: 10, users: [] },
];

const CATALOGUE = {
  topology: {
    ...TOPOLOGY,
    services: TOPOLOGY.services.map((one) => ({ ...one, patterns: PATTERNS[one.name] ?? [] })),
  },
  policies: {},
  flags: FLAGS,
};

/** Starts everything on free ports. */
export async function startPlane(
  options: Pick<
    ControlPlaneOptions,
    'host' | 'token' | 'gateway' | 'engine' | 'disconnectMs' | 'scenariosDir' | 'limits'
  > & {
    /** Data folder of a plane before; it is not removed at the end. */
    dataDir?: string;
    /** Fleet that goes on from a plane before. */
    fleet?: MemoryFleet;
    /** Address of a broker of the fleet. */
    brokerUrl?: string;
  } = {},
): Promise<TestPlane> {
  const stack = new AsyncDisposableStack();
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'faultline-plane-')));
  if (!options.dataDir) stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const toxiproxy = await createToxiproxy({ port: 0 });
  stack.defer(() => toxiproxy.close());
  await fetch(new URL('/proxies', toxiproxy.url), {
    method: 'POST',
    body: JSON.stringify({
      name: 'orders.payments-1',
      listen: '127.0.0.1:0',
      upstream: '127.0.0.1:1',
    }),
  });
  const collector = stack.use(await startCollector());
  const fleet = options.fleet ?? fleetOfTests(toxiproxy.url, options.brokerUrl);
  const plane = await createControlPlane({
    createFleet: () => fleet,
    collectorUrl: collector.url,
    ...CATALOGUE,
    webRoot: join(dataDir, 'web'),
    ...options,
    dataDir,
  });
  stack.defer(() => plane.close());
  return {
    plane,
    fleet,
    collector,
    dataDir,
    async call(method, path, body) {
      const response = await fetch(new URL(path, plane.url), {
        method,
        ...(body === undefined
          ? {}
          : {
              body: typeof body === 'string' ? body : JSON.stringify(body),
              headers: { 'content-type': 'application/json' },
            }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : JSON.parse(text) };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function fleetOfTests(proxyApiUrl: string, brokerUrl: string | undefined): MemoryFleet {
  const fleet = createMemoryFleet({
    services: { orders: ['orders-1'], payments: ['payments-1'] },
    links: [
      {
        name: 'orders->payments',
        proxies: [{ proxy: 'orders.payments-1', instance: 'payments-1' }],
      },
    ],
    proxyApiUrl,
    patterns: PATTERNS,
    flags: FLAGS,
    resources: brokerUrl === undefined ? {} : { kafka: ['kafka-1'] },
  });
  if (brokerUrl !== undefined) fleet.setDirectUrl('kafka', brokerUrl);
  return fleet;
}
