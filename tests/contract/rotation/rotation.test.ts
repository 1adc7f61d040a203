import { derivePassword, logIn, SECRET_KINDS, type SecretKind } from '@faultline/chassis/core';
import {
  createFleet,
  createLocalProcessHost,
  createPortFinder,
  createProcessRuntime,
  registerRegistryRoutes,
  type Fleet,
  type ProcessHost,
} from '@faultline/fleet';
import type { ServiceDefinition, Topology } from '@faultline/topology';
import fastify from 'fastify';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const FIXTURE = 'tests/contract/rotation/service.ts';
const START_MS = 60_000;
const ROTATIONS_MS = 60_000;

function service(name: string, more: Partial<ServiceDefinition>): ServiceDefinition {
  return {
    ...{ name, calls: [], layer: 'domain', purpose: '', replicas: 1, maxReplicas: 3 },
    ...{ entry: FIXTURE, database: false, produces: [], consumes: [], patterns: [] },
    ...more,
  };
}

const TOPOLOGY: Topology = {
  services: [
    service('gateway', { layer: 'edge', calls: ['orders', 'identity'] }),
    service('orders', { calls: ['identity'], database: true, patterns: ['databasePool'] }),
    service('identity', { entry: 'lab-services/identity/src/main.ts', database: true }),
  ],
  resources: [{ name: 'postgres', purpose: '' }],
  topics: [],
};

let dataDir: string;
let host: ProcessHost;
let fleet: Fleet;
let registryUrl: string;
let person: string;
const app = fastify({ forceCloseConnections: true });
const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });

const fleetIn = () =>
  createFleet({
    topology: TOPOLOGY,
    policies: {},
    runtimes: {
      process: createProcessRuntime({
        ...{ host, dataDir, topology: TOPOLOGY, registryUrl },
        ...{ root: resolve(import.meta.dirname, '../../..'), otlpEndpoint: registryUrl },
      }),
    },
    ...{ dataDir, load: { enabled: false, rps: 1, mix: {}, seed: 1 } },
    portOverrides: { 'toxiproxy-1': 0, 'postgres-1': 0 },
  });

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'faultline-rotation-'));
  host = createLocalProcessHost({ dataDir });
  const port = await createPortFinder().find();
  registryUrl = `http://127.0.0.1:${port}`;
  fleet = fleetIn();
  registerRegistryRoutes(app, fleet);
  await app.listen({ port });
  await fleet.launch();
  person = await logInAs('customer-001');
  fleet.setMtls(true);
}, START_MS);
afterAll(async () => {
  agent.destroy();
  await fleet[Symbol.asyncDispose]();
  await app.close();
  await host[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true });
});

async function logInAs(user: string): Promise<string> {
  const seed = (await fleet.workloadOf('identity-1'))?.passwordSeed ?? '';
  const base = fleet.directUrl('identity-1') ?? '';
  const { accessToken } = await logIn(
    async ({ target, ...rest }) => {
      const answer = await fetch(new URL(target, base), { ...rest, redirect: 'manual' });
      const cookies = answer.headers.getSetCookie();
      const headers = { ...Object.fromEntries(answer.headers), 'set-cookie': cookies };
      return { status: answer.status, headers, text: await answer.text() };
    },
    user,
    await derivePassword(seed, user),
  );
  return accessToken;
}

/** Status of a request that needs every kind of secret on its way. */
function visit(): Promise<number> {
  return new Promise((done, fail) => {
    const url = (fleet.directUrl('gateway-1') ?? '').replace('http:', 'https:');
    const headers = { authorization: `Bearer ${person}` };
    request(`${url}/visit`, { agent, headers }, (answer) => {
      answer.resume().on('end', () => done(answer.statusCode ?? 0));
    })
      .on('error', fail)
      .end();
  });
}

/** Visits on several lines until told to end; what was not answered 200. */
function visits(lines: number): { more(): Promise<void>; end(): Promise<unknown[]> } {
  let [count, ended] = [0, false];
  const failures: unknown[] = [];
  const line = async (): Promise<void> => {
    while (!ended) {
      const status = await visit().catch((error: unknown) => error);
      count += 1;
      if (status !== 200) failures.push(status);
    }
  };
  const running = Promise.all(Array.from({ length: lines }, line));
  return {
    async more() {
      const before = count;
      await expect.poll(() => count, { timeout: 10_000 }).toBeGreaterThan(before + lines);
    },
    async end() {
      ended = true;
      await running;
      return failures;
    },
  };
}

/** SQLSTATE of a login of the role `orders`, by the direct address of PostgreSQL. */
async function logInToDatabase(password: string): Promise<string> {
  const { port } = fleet.status().resources[0]?.instances[0] ?? {};
  const role = { user: 'orders', database: 'orders', password };
  const client = new pg.Client({ host: '127.0.0.1', port: port ?? 0, ...role });
  try {
    await client.connect();
    return 'welcome';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

const audit = async (token: string) => {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${fleet.directUrl('orders-1') ?? ''}/internal/audit`, { headers })).status;
};
const workload = async (instance: string) => (await fleet.workloadOf(instance))!;
const pids = async () =>
  (await host.list()).filter(({ exit }) => !exit).map(({ spec, pid }) => [spec.id, pid]);

describe('rotation on a running fleet', () => {
  /** What is told of an instance that shows the secret, as far as it changes with the kind. */
  const shown: Record<SecretKind, () => Promise<unknown>> = {
    certificates: async () => (await workload('orders-1')).tls?.certificate,
    authority: async () => (await workload('orders-1')).tls?.authorities,
    clients: async () => (await workload('gateway-1')).clientSecret,
    database: async () => (await workload('orders-1')).databasePassword,
    internal: async () => fleet.internalToken,
    'assertion-key': async () => (await workload('gateway-1')).assertionKey?.kid,
  };

  it(
    'replaces every kind under requests; none of them fails and nothing is restarted',
    async () => {
      await expect.poll(visit, { timeout: 10_000 }).toBe(200);
      const before = await pids();
      const load = visits(6);
      for (const kind of SECRET_KINDS) {
        await load.more();
        const former = await shown[kind]();
        // New connections to the database are made before, while and after its password changes.
        fleet.patchServicePolicy('orders', { databasePool: { connections: 1 } });
        const rotated = fleet.rotateSecrets(kind);
        fleet.patchServicePolicy('orders', { databasePool: { connections: 4 } });
        expect(await rotated).toEqual({ kind: 'done' });
        fleet.patchServicePolicy('orders', { databasePool: { connections: 8 } });
        expect(await shown[kind]()).not.toEqual(former);
        await load.more();
      }
      expect(await load.end()).toEqual([]);
      expect(await pids()).toEqual(before);
      expect(Object.values(fleet.secretRotations())).not.toContain(null);
    },
    ROTATIONS_MS,
  );

  it('is told by the services that took something over, by kind alone', async () => {
    const log = (instance: string) => readFile(join(dataDir, 'logs', `${instance}.log`), 'utf8');
    const told = async (instance: string) =>
      (await log(instance))
        .split('\n')
        .filter((line) => line.includes('security.secret.rotated'))
        .flatMap((line) => SECRET_KINDS.filter((kind) => line.includes(`"${kind}"`)));
    await expect
      .poll(async () => [...new Set(await told('orders-1'))].toSorted())
      .toEqual(['authority', 'certificates', 'clients', 'database', 'internal']);
    await expect.poll(() => told('gateway-1')).toContain('assertion-key');
    await expect.poll(() => told('identity-1')).toContain('clients');
    const { databasePassword, clientSecret } = await workload('orders-1');
    const all = await log('orders-1');
    expect([databasePassword!, clientSecret].filter((value) => all.includes(value))).toEqual([]);
  });

  it('asks new connections to PostgreSQL for the new password', async () => {
    const former = (await workload('orders-1')).databasePassword!;
    expect(await logInToDatabase(former)).toBe('welcome');
    expect(await fleet.rotateSecrets('database')).toEqual({ kind: 'done' });
    expect(await logInToDatabase(former)).toBe('28P01');
    expect(await logInToDatabase((await workload('orders-1')).databasePassword!)).toBe('welcome');
  });

  it('opens what is internal to the former token for a while, to made-up ones never', async () => {
    const former = fleet.internalToken;
    await fleet.rotateSecrets('internal');
    expect(fleet.internalToken).not.toBe(former);
    expect(await audit(fleet.internalToken)).toBe(200);
    expect(await audit(former)).toBe(200);
    expect(await audit('made-up-by-nobody')).toBe(401);
  });

  it('refuses new passwords while PostgreSQL hangs, and keeps the old ones', async () => {
    const { databasePassword } = await workload('orders-1');
    await fleet.pause('postgres-1');
    const answer = await fleet.rotateSecrets('database');
    expect(answer).toMatchObject({ kind: 'refused', code: 'wrong-state' });
    await fleet.resume('postgres-1');
    expect((await workload('orders-1')).databasePassword).toBe(databasePassword);
  });

  it('is known to the next control plane, which restarts nothing', async () => {
    const before = await pids();
    const next = fleetIn();
    await next.launch();
    expect(await pids()).toEqual(before);
    expect(next.internalToken).toBe(fleet.internalToken);
    expect(next.secretRotations()).toEqual(fleet.secretRotations());
    const { tls: _mine, ...secrets } = await workload('orders-1');
    expect(await next.workloadOf('orders-1')).toMatchObject(secrets);
    const state = join(dataDir, 'fleet.json');
    expect((await stat(state)).mode & 0o777).toBe(0o600);
    expect(await readFile(state, 'utf8')).toContain(fleet.internalToken);
  });

  it('gives a service that is restarted the new secrets', async () => {
    expect(await fleet.restart('orders-1')).toEqual({ kind: 'done' });
    await expect.poll(visit, { timeout: 10_000 }).toBe(200);
  });

  it('leaves PostgreSQL with the new passwords when it is restarted', async () => {
    expect(await fleet.restart('postgres-1')).toEqual({ kind: 'done' });
    expect(await logInToDatabase((await workload('orders-1')).databasePassword!)).toBe('welcome');
  });
});

it('is refused while the fleet does not run', async () => {
  const idle = fleetIn();
  const answer = await idle.rotateSecrets('clients');
  expect(answer).toMatchObject({ kind: 'refused', code: 'not-running' });
  expect(Object.values(idle.secretRotations())).toEqual(SECRET_KINDS.map(() => null));
});
