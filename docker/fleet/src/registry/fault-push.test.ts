import { chassisFaultsSchema, type ChassisFault } from '@faultline/chassis/core';
import type { ServiceDefinition, Topology } from '@faultline/topology';
import fastify from 'fastify';
import { mkdtemp, rm } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fleet, ProcessHost } from '../contract.ts';
import { createFleet } from '../fleet.ts';
import { createLocalProcessHost } from '../runtimes/process/local-host.ts';
import { createProcessRuntime } from '../runtimes/process/process-runtime.ts';
import { registerRegistryRoutes } from './routes.ts';

const service = (name: string): ServiceDefinition => ({
  ...{ name, calls: [], layer: 'domain', purpose: '', replicas: 2, maxReplicas: 3 },
  ...{ database: false, entry: 'docker/fleet/src/fixtures/service.ts' },
  ...{ produces: [], consumes: [], patterns: [] },
});
const TOPOLOGY: Topology = { services: [service('orders')], resources: [], topics: [] };
const LATENCY: ChassisFault = {
  ...{ id: 'fault-1', kind: 'application.latency', ratio: 1, latencyMs: 500, jitterMs: 0 },
};

describe('the faults that a launched fleet tells of', () => {
  let dataDir: string;
  let host: ProcessHost;
  let fleet: Fleet;
  let base: string;
  const app = fastify({ forceCloseConnections: true });

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'faultline-faults-'));
    host = createLocalProcessHost({ dataDir });
    const root = resolve(import.meta.dirname, '../../../..');
    fleet = createFleet({
      ...{ topology: TOPOLOGY, policies: {}, dataDir },
      runtimes: {
        process: createProcessRuntime({
          ...{ host, dataDir, topology: TOPOLOGY, root },
          ...{ registryUrl: 'http://127.0.0.1:3000', otlpEndpoint: 'http://127.0.0.1:4318' },
        }),
      },
      load: { enabled: false, rps: 1, mix: {}, seed: 1 },
      portOverrides: { 'toxiproxy-1': 0 },
    });
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

  const tokenOf = async (instance: string): Promise<string> => {
    const answer = await fetch(`${fleet.directUrl(instance) ?? ''}/env`);
    return ((await answer.json()) as { WORKLOAD_TOKEN: string }).WORKLOAD_TOKEN;
  };
  /** Watches as `instance`, with the token of `of` if there is one. */
  const watch = async (instance: string, of?: string) =>
    openWatch(
      `${base}?service=orders&instance=${instance}`,
      of === undefined ? {} : { authorization: `Bearer ${await tokenOf(of)}` },
    );

  it('are for the watcher that showed the token of the instance, and for nobody else', async () => {
    using one = await watch('orders-1', 'orders-1');
    using other = await watch('orders-2', 'orders-2');
    using stranger = await watch('orders-1');
    await expect.poll(() => [one.heard, other.heard]).toEqual([[[]], [[]]]);
    fleet.tellFault('orders-1', LATENCY, 4000);
    await expect.poll(() => one.heard.at(-1)).toEqual([LATENCY]);
    fleet.tellFault('orders-2', { ...LATENCY, id: 'fault-2' }, 4000);
    await expect.poll(() => other.heard).toEqual([[], [{ ...LATENCY, id: 'fault-2' }]]);
    expect(stranger.heard).toEqual([]);
    fleet.forgetFault('orders-1', 'fault-1');
    fleet.forgetFault('orders-2', 'fault-2');
    await expect.poll(() => [one.heard.at(-1), other.heard.at(-1)]).toEqual([[], []]);
  });

  it('are told again each time they are prolonged, with the time that is left', async () => {
    using one = await watch('orders-1', 'orders-1');
    await expect.poll(() => one.heard.length).toBe(1);
    for (const ttlMs of [4000, 3000, 2000]) fleet.tellFault('orders-1', LATENCY, ttlMs);
    await expect.poll(() => one.heard).toEqual([[], [LATENCY], [LATENCY], [LATENCY]]);
    const [, first = 0, , last = 0] = one.ttls;
    expect(first).toBeGreaterThan(3000);
    expect(last).toBeLessThanOrEqual(2000);
    fleet.forgetFault('orders-1', 'fault-1');
  });

  it('are told to an instance that was restarted, as soon as it watches again', async () => {
    using before = await watch('orders-1', 'orders-1');
    fleet.tellFault('orders-1', LATENCY, 60_000);
    await expect.poll(() => before.heard.at(-1)).toEqual([LATENCY]);
    expect((await fleet.restart('orders-1')).kind).toBe('done');
    using after = await watch('orders-1', 'orders-1');
    await expect.poll(() => after.heard).toEqual([[LATENCY]]);
    fleet.forgetFault('orders-1', 'fault-1');
  });

  it('are refused for an instance that there is not', () => {
    expect(fleet.tellFault('orders-9', LATENCY, 4000)).toMatchObject({ code: 'unknown-instance' });
    expect(fleet.chassisFaultsOf('orders-9')).toEqual({ faults: [] });
  });

  it('are gone with the fleet', async () => {
    fleet.tellFault('orders-1', LATENCY, 60_000);
    await fleet.stop();
    expect(fleet.chassisFaultsOf('orders-1')).toEqual({ faults: [] });
  });
});

/** What a watcher hears in events `faults`, in a list that grows. */
async function openWatch(url: string, headers: Record<string, string>) {
  const heard: ChassisFault[][] = [];
  const ttls: (number | undefined)[] = [];
  const response = await new Promise<IncomingMessage>((done, fail) => {
    get(url, { headers, agent: false }, done).on('error', fail);
  });
  let text = '';
  response.setEncoding('utf8').on('error', () => undefined);
  response.on('data', (chunk: string) => {
    const blocks = (text + chunk).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = /^event: faults\ndata: (.*)$/.exec(block)?.[1];
      if (data === undefined) continue;
      const { faults } = chassisFaultsSchema.parse(JSON.parse(data));
      heard.push(faults.map(({ fault }) => fault));
      ttls.push(faults[0]?.ttlMs);
    }
  });
  return { heard, ttls, [Symbol.dispose]: () => void response.destroy() };
}
