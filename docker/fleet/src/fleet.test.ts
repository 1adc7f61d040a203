import { registrySnapshotSchema, type RegistrySnapshot } from '@faultline/chassis/core';
import type { ServiceDefinition, Topology } from '@faultline/topology';
import fastify from 'fastify';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fleet, FleetEvent, InstanceStatus, ProcessHost } from './contract.ts';
import { LaunchError } from './errors.ts';
import { createFleet } from './fleet.ts';
import { createProxyApi } from './proxies/proxy-api.ts';
import { registerRegistryRoutes } from './registry/routes.ts';
import { createProcessRuntime } from './runtimes/process/process-runtime.ts';
import { createLocalProcessHost } from './runtimes/process/local-host.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const FIXTURE = 'docker/fleet/src/fixtures/service.ts';

function service(name: string, more: Partial<ServiceDefinition> = {}): ServiceDefinition {
  return {
    name,
    layer: 'domain',
    purpose: '',
    replicas: 1,
    maxReplicas: 3,
    entry: FIXTURE,
    calls: [],
    database: false,
    produces: [],
    consumes: [],
    patterns: [],
    ...more,
  };
}

const TOPOLOGY: Topology = {
  services: [service('caller', { calls: ['callee'] }), service('callee')],
  resources: [],
  topics: [],
};

function fleetOn(host: ProcessHost, dataDir: string, topology = TOPOLOGY): Fleet {
  return createFleet({
    topology,
    policies: { 'caller->callee': { retry: { attempts: 2 } } },
    runtimes: {
      process: createProcessRuntime({
        host,
        topology,
        dataDir,
        root: ROOT,
        registryUrl: 'http://127.0.0.1:3000',
        otlpEndpoint: 'http://127.0.0.1:4318',
      }),
    },
    dataDir,
    load: { enabled: false, rps: 1, mix: {}, seed: 1 },
    portOverrides: { 'toxiproxy-1': 0 },
  });
}

function instance(fleet: Fleet, id: string): InstanceStatus | undefined {
  const { services, resources } = fleet.status();
  return [...services, ...resources].flatMap((part) => part.instances).find((i) => i.id === id);
}

/** Resolves as soon as `condition` holds; looks at every event of the fleet. */
function until(fleet: Fleet, condition: () => boolean): Promise<void> {
  return new Promise((done) => {
    const look = (): void => {
      if (!condition()) return;
      unsubscribe();
      done();
    };
    const unsubscribe = fleet.subscribe(look);
    look();
  });
}

async function ask(fleet: Fleet, link: string): Promise<string[]> {
  const answers = fleet.endpoints(link).map(async ({ host, port }) => {
    const response = await fetch(`http://${host}:${port}/`);
    return response.text();
  });
  return Promise.all(answers);
}

describe('a launched fleet', () => {
  let dataDir: string;
  let host: ProcessHost;
  let fleet: Fleet;
  const events: FleetEvent[] = [];

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'faultline-fleet-'));
    host = createLocalProcessHost({ dataDir });
    fleet = fleetOn(host, dataDir);
    fleet.subscribe((event) => events.push(event));
    await fleet.launch();
  });
  afterAll(async () => {
    await fleet[Symbol.asyncDispose]();
    expect((await host.list()).filter((status) => !status.exit)).toEqual([]);
    await host[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true });
  });

  it('is ready, with every instance', () => {
    const { phase, services } = fleet.status();
    expect(phase).toBe('ready');
    expect(services.flatMap((part) => part.instances.map((i) => [i.id, i.state]))).toEqual([
      ['caller-1', 'ready'],
      ['callee-1', 'ready'],
    ]);
  });

  it('told the progress of every part, from waiting to ready', () => {
    const states = events.flatMap((event) =>
      event.kind === 'progress' && event.progress.part === 'callee' ? event.progress.state : [],
    );
    expect(states).toEqual(['waiting', 'starting', 'ready']);
  });

  it('carries a link through its proxy', async () => {
    const api = createProxyApi(fleet.proxyApiUrl ?? '');
    expect((await api.list()).map((proxy) => proxy.name)).toEqual(['caller.callee-1']);
    expect(await ask(fleet, 'caller->callee')).toEqual(['callee-1']);
  });

  it('keeps what it must remember where only its user can read it', async () => {
    const path = join(dataDir, 'fleet.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).toContain(fleet.internalToken);
  });

  it('adds instances with their proxies, and takes them away', async () => {
    expect(await fleet.scale('callee', 3)).toEqual({ kind: 'done' });
    expect((await ask(fleet, 'caller->callee')).sort()).toEqual([
      'callee-1',
      'callee-2',
      'callee-3',
    ]);
    expect(await fleet.scale('callee', 1)).toEqual({ kind: 'done' });
    expect(await ask(fleet, 'caller->callee')).toEqual(['callee-1']);
    expect(instance(fleet, 'callee-3')).toBeUndefined();
    const api = createProxyApi(fleet.proxyApiUrl ?? '');
    expect((await api.list()).map((proxy) => proxy.name)).toEqual(['caller.callee-1']);
  });

  it.each([
    ['callee', 4, 'out-of-range'],
    ['callee', 1.5, 'out-of-range'],
    ['nobody', 1, 'unknown-service'],
  ])('refuses to scale %s to %d', async (name, replicas, code) => {
    expect(await fleet.scale(name, replicas)).toMatchObject({ kind: 'refused', code });
  });

  it('starts a killed instance again, on the same port', async () => {
    const before = instance(fleet, 'callee-1');
    await fleet.kill('callee-1');
    expect(instance(fleet, 'callee-1')).toMatchObject({
      state: 'crashed',
      detail: 'ended by SIGKILL',
    });
    expect(fleet.endpoints('caller->callee')[0]?.healthy).toBe(false);
    expect(fleet.status().phase).toBe('degraded');
    await until(fleet, () => instance(fleet, 'callee-1')?.state === 'ready');
    const after = instance(fleet, 'callee-1');
    expect(after).toMatchObject({ port: before?.port, restarts: (before?.restarts ?? 0) + 1 });
    expect(await ask(fleet, 'caller->callee')).toEqual(['callee-1']);
  });

  it('leaves an instance down while restarts are suspended', async () => {
    fleet.setRestartSuspended('callee-1', true);
    await fleet.kill('callee-1');
    expect(instance(fleet, 'callee-1')?.state).toBe('crashed');
    fleet.setRestartSuspended('callee-1', false);
    await until(fleet, () => instance(fleet, 'callee-1')?.state === 'ready');
  });

  it('leaves an instance down that a person stopped', async () => {
    await fleet.stopInstance('callee-1');
    expect(instance(fleet, 'callee-1')?.state).toBe('stopped');
    expect(fleet.status().phase).toBe('ready');
    expect(await fleet.stopInstance('callee-1')).toMatchObject({ code: 'wrong-state' });
    await fleet.startInstance('callee-1');
    expect(fleet.endpoints('caller->callee')[0]?.healthy).toBe(true);
  });

  it('sends callers elsewhere before an instance ends for its restart', async () => {
    const seen = new Set<string>();
    const unsubscribe = fleet.subscribe(() => {
      const healthy = fleet.endpoints('caller->callee')[0]?.healthy;
      seen.add(`${instance(fleet, 'callee-1')?.state}, ${healthy ? 'called' : 'left alone'}`);
    });
    await fleet.restart('callee-1');
    unsubscribe();
    expect([...seen]).toEqual([
      'ready, left alone',
      'stopped, left alone',
      'starting, left alone',
      'ready, called',
    ]);
  });

  it('pauses an instance: it hangs, but its sockets stay open', async () => {
    await fleet.pause('callee-1');
    expect(instance(fleet, 'callee-1')?.state).toBe('paused');
    const [endpoint] = fleet.endpoints('caller->callee');
    const hanging = fetch(`http://127.0.0.1:${endpoint?.port}/`);
    await fleet.resume('callee-1');
    expect(await (await hanging).text()).toBe('callee-1');
    expect(instance(fleet, 'callee-1')?.state).toBe('ready');
  });

  it('makes every proxy again after the proxy server crashed', async () => {
    await fleet.kill('toxiproxy-1');
    await until(fleet, () => instance(fleet, 'toxiproxy-1')?.state === 'ready');
    expect(await ask(fleet, 'caller->callee')).toEqual(['callee-1']);
  });

  it('pushes endpoints and policies to those who watch', async () => {
    const app = fastify();
    registerRegistryRoutes(app, fleet);
    const base = await app.listen({ host: '127.0.0.1', port: 0 });
    const snapshots = watch(`${base}/registry/v1/watch?service=caller&instance=caller-1`);
    const first = (await snapshots.next()).value as RegistrySnapshot;
    expect(first.links).toMatchObject([
      { link: 'caller->callee', endpoints: [{ instance: 'callee-1', healthy: true }] },
    ]);
    expect(first.links[0]?.policy.retry.attempts).toBe(2);
    fleet.patchPolicy('caller->callee', { breaker: { enabled: false } });
    const second = (await snapshots.next()).value as RegistrySnapshot;
    expect(second.links[0]?.policy.breaker.enabled).toBe(false);
    expect(second.version).toBeGreaterThan(first.version);
    fleet.resetPolicies();
    const third = (await snapshots.next()).value as RegistrySnapshot;
    expect(third.links).toEqual(first.links);
    await app.close();
  });

  it('refuses a watch that names no service', async () => {
    const app = fastify();
    registerRegistryRoutes(app, fleet);
    const answer = await app.inject('/registry/v1/watch?service=No%20Such');
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'invalid-query' });
    await app.close();
  });

  it('is picked up by the next control plane, process by process', async () => {
    const before = (await host.list()).filter((status) => !status.exit).map((s) => s.pid);
    const next = fleetOn(host, dataDir);
    await next.launch();
    const after = (await host.list()).filter((status) => !status.exit).map((s) => s.pid);
    expect(after.sort()).toEqual(before.sort());
    expect(next.internalToken).toBe(fleet.internalToken);
    expect(await ask(next, 'caller->callee')).toEqual(['callee-1']);
    expect(next.status().phase).toBe('ready');
  });
});

it('replaces a process whose plan changed while no control plane was there', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'faultline-fleet-'));
  await using host = createLocalProcessHost({ dataDir });
  const former = fleetOn(host, dataDir);
  await former.launch();
  const before = instance(former, 'callee-1')?.pid;
  const topology = {
    ...TOPOLOGY,
    services: [service('caller', { calls: ['callee'] }), service('callee', { layer: 'load' })],
  };
  await using next = fleetOn(host, dataDir, topology);
  await next.launch();
  expect(instance(next, 'caller-1')?.pid).toBe(instance(former, 'caller-1')?.pid);
  expect(instance(next, 'callee-1')?.pid).not.toBe(before);
  await next.stop();
  await rm(dataDir, { recursive: true });
});

it('says which part did not start, and leaves nothing behind', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'faultline-fleet-'));
  await using host = createLocalProcessHost({ dataDir });
  const services = [service('callee'), service('broken', { entry: 'docker/fleet/src/none.ts' })];
  await using fleet = fleetOn(host, dataDir, { ...TOPOLOGY, services });
  const error = await fleet.launch().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(LaunchError);
  expect(error).toMatchObject({ code: 'part-failed', part: 'broken' });
  expect((error as Error).message).toMatch(/broken-1 exited with code 1: .*Cannot find module/);
  expect((await host.list()).filter((status) => !status.exit)).toEqual([]);
  expect(fleet.status().phase).toBe('stopped');
  await rm(dataDir, { recursive: true });
});

async function* watch(url: string): AsyncGenerator<RegistrySnapshot> {
  const response = await new Promise<IncomingMessage>((done, fail) => {
    get(url, done).on('error', fail);
  });
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk as string;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
      text = text.slice(end + 2);
      if (data) yield registrySnapshotSchema.parse(JSON.parse(data));
    }
  }
}
