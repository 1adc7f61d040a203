import { registrySnapshotSchema, workloadSchema } from '@faultline/chassis/core';
import type { ServiceDefinition, Topology } from '@faultline/topology';
import fastify from 'fastify';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fleet, ProcessHost } from '../contract.ts';
import { createFleet } from '../fleet.ts';
import { registerRegistryRoutes } from '../registry/routes.ts';
import { createLocalProcessHost } from '../runtimes/process/local-host.ts';
import { createProcessRuntime } from '../runtimes/process/process-runtime.ts';
import { publicPartOf } from './assertion-key.ts';

function service(name: string, calls: string[] = []): ServiceDefinition {
  return {
    ...{ name, calls, layer: 'domain', purpose: '', replicas: 1, maxReplicas: 3, database: false },
    ...{ entry: 'docker/fleet/src/fixtures/service.ts', produces: [], consumes: [], patterns: [] },
  };
}

const TOPOLOGY: Topology = {
  services: [service('gateway', ['orders']), service('orders'), service('identity')],
  resources: [],
  topics: [],
};

describe('the registry of a launched fleet', () => {
  let dataDir: string;
  let host: ProcessHost;
  let fleet: Fleet;
  let base: string;
  const app = fastify({ forceCloseConnections: true });
  const fleetIn = () =>
    createFleet({
      topology: TOPOLOGY,
      policies: {},
      runtimes: {
        process: createProcessRuntime({
          ...{
            host,
            dataDir,
            topology: TOPOLOGY,
            root: resolve(import.meta.dirname, '../../../..'),
          },
          ...{ registryUrl: 'http://127.0.0.1:3000', otlpEndpoint: 'http://127.0.0.1:4318' },
        }),
      },
      dataDir,
      load: { enabled: false, rps: 1, mix: {}, seed: 1 },
      portOverrides: { 'toxiproxy-1': 0 },
    });
  /** What the instance finds in its environment. */
  const tokenOf = async (instance: string): Promise<string> => {
    const answer = await fetch(`${fleet.directUrl(instance) ?? ''}/env`);
    return ((await answer.json()) as { WORKLOAD_TOKEN: string }).WORKLOAD_TOKEN;
  };
  const workload = async (instance: string) =>
    workloadSchema.parse(
      await firstOf('workload', `${base}?service=${instance.split('-')[0]}&instance=${instance}`, {
        authorization: `Bearer ${await tokenOf(instance)}`,
      }),
    );

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'faultline-trust-'));
    host = createLocalProcessHost({ dataDir });
    fleet = fleetIn();
    await fleet.launch();
    registerRegistryRoutes(app, fleet);
    base = `${await app.listen({ port: 0 })}/registry/v1/watch`;
  });
  afterAll(async () => {
    await app.close();
    await fleet[Symbol.asyncDispose]();
    await host[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true });
  });

  it('tells an instance its secrets and nobody the secrets of others', async () => {
    const [gateway, orders] = [await workload('gateway-1'), await workload('orders-1')];
    expect(gateway.internalTokens).toEqual([fleet.internalToken]);
    expect(gateway.clientSecret).not.toBe(orders.clientSecret);
    expect(gateway.assertionKey).toHaveProperty('d');
    expect(orders).toMatchObject({ assertionKey: null, clients: [], passwordSeed: null });
  });

  it('tells the identity provider its clients, without their secrets', async () => {
    const { clients } = await workload('identity-1');
    expect(clients.map(({ id, scopes }) => [id, scopes])).toEqual([
      ['gateway', ['orders:read', 'orders:write']],
      ['orders', []],
      ['identity', []],
    ]);
    const { clientSecret } = await workload('gateway-1');
    expect(JSON.stringify(clients)).not.toContain(clientSecret);
  });

  it('tells everybody the public half of the assertion key', async () => {
    const snapshot = await firstOf('snapshot', `${base}?service=orders&instance=orders-1`);
    const { trust } = registrySnapshotSchema.parse(snapshot);
    const { assertionKey } = await workload('gateway-1');
    expect(trust.assertionKeys).toEqual([publicPartOf(assertionKey!)]);
    expect(trust.assertionKeys[0]).not.toHaveProperty('d');
    expect(trust.callers).toEqual(['gateway']);
  });

  it.each([
    ['of nobody', 'orders', 'orders-1', () => 'no-such-token-anywhere'],
    ['of another instance', 'orders', 'orders-1', () => tokenOf('gateway-1')],
    ['shown for another service', 'gateway', 'orders-1', () => tokenOf('orders-1')],
    ['of another scheme', 'orders', 'orders-1', async () => `x ${await tokenOf('orders-1')}`],
  ])('refuses a token %s', async (_what, name, instance, token) => {
    const answer = await fetch(`${base}?service=${name}&instance=${instance}`, {
      headers: { authorization: `Bearer ${await token()}` },
    });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'token-refused' });
  });

  it('tells an instance its certificate, and everybody can have those of the authority', async () => {
    const { tls } = await workload('orders-1');
    const { subjectAltName } = new X509Certificate(tls!.certificate);
    expect(subjectAltName).toContain('URI:spiffe://faultline/service/orders, DNS:orders');
    const authorities = await readFile(join(dataDir, 'ca.pem'), 'utf8');
    expect(tls!.authorities).toBe(authorities);
  });

  it('is continued with the same secrets by the next control plane', async () => {
    const next = fleetIn();
    await next.launch();
    expect(next.admits('orders-1', await tokenOf('orders-1'))).toBe(true);
    const { tls: _mine, ...before } = (await fleet.workloadOf('gateway-1')) ?? {};
    expect(await next.workloadOf('gateway-1')).toMatchObject(before);
    expect(await next.workloadOf('nobody-1')).toBeNull();
  });
});

/** Data of the first event of that name. */
async function firstOf(
  event: string,
  url: string,
  headers: Record<string, string> = {},
): Promise<unknown> {
  const response = await new Promise<IncomingMessage>((done, fail) => {
    get(url, { headers, agent: false }, done).on('error', fail);
  });
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk as string;
    const data = new RegExp(`^event: ${event}\n(?:id: .*\n)?data: (.*)\n\n`, 'm').exec(text)?.[1];
    if (data !== undefined) return JSON.parse(data);
  }
  throw new Error(`The watch ended without an event ${event}`);
}
