import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { parseEnvironment } from '../config/parse-environment.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { createWorkloads } from '../configuration/workload.ts';
import {
  createManualClock,
  createRandom,
  initialServicePolicy,
  patchServicePolicy,
  registrySnapshotSchema,
  servicePatternOf,
  type ServicePolicyPatch,
} from '../core/index.ts';
import { createRecordingTelemetry } from '../testing/recording-telemetry.ts';
import { startPostgres, type TestPostgres } from '../testing/postgres.ts';
import { createDatabase } from './database.ts';

let postgres: TestPostgres;
let url: string;
beforeAll(async () => {
  postgres = await startPostgres();
  url = await postgres.createDatabase('pool');
});
afterAll(() => postgres[Symbol.asyncDispose]());

let open = new AsyncDisposableStack();
afterEach(async () => {
  await open.disposeAsync();
  open = new AsyncDisposableStack();
});

/** A configuration that a test holds in its hands. */
function createConfiguration() {
  const initial = initialServicePolicy(['databasePool', 'hedgedReads']);
  let current = registrySnapshotSchema.parse({ version: 0, links: [], service: initial });
  const listeners: Parameters<Configuration['follow']>[0][] = [];
  const configuration: Configuration = {
    get current() {
      return current;
    },
    policy: (pattern) => servicePatternOf(current.service, pattern),
    enforced(pattern) {
      const policy = servicePatternOf(current.service, pattern);
      return policy.enabled ? policy : undefined;
    },
    follow(listener) {
      listeners.push(listener);
      listener(current);
    },
    workload: createWorkloads(),
    check: () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  const set = (patch: ServicePolicyPatch) => {
    current = { ...current, service: patchServicePolicy(initial, patch) };
    for (const listener of listeners) listener(current);
  };
  return { configuration, set };
}

function setUp(databaseUrl: string, patch: ServicePolicyPatch) {
  const { configuration, set } = createConfiguration();
  set(patch);
  const recorded = createRecordingTelemetry();
  const clock = createManualClock();
  const environment = parseEnvironment({
    SERVICE_NAME: 'catalog',
    INSTANCE_ID: 'catalog-1',
    PORT: '0',
    REGISTRY_URL: 'http://127.0.0.1:9',
    INTERNAL_TOKEN: 'a-token-of-some-length',
  });
  const runtime = createDatabase({
    environment: { ...environment, DATABASE_URL: databaseUrl },
    configuration,
    telemetry: recorded.telemetry,
    log: pino({ enabled: false }),
    clock,
    random: createRandom(1),
  });
  open.defer(runtime.close);
  const gauges = async () => {
    const text = await recorded.telemetry.metrics.metrics();
    return ['in_use', 'waiting', 'limit'].map((name) =>
      Number(new RegExp(`db_pool_${name}\\{pool="database"\\} (\\S+)`).exec(text)?.[1]),
    );
  };
  return { ...runtime, ...recorded, clock, set, gauges };
}

/** Holds a lock that statements of a test wait for; released when disposed. */
async function holdLock(): Promise<AsyncDisposable> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('SELECT pg_advisory_lock(1)');
  return { [Symbol.asyncDispose]: () => client.end() };
}
const WAIT = 'SELECT pg_advisory_lock_shared(1), pg_advisory_unlock_shared(1)';

test('a pool has few connections, the others wait; switched off, everybody gets one', async () => {
  const { database, gauges, set, pool } = setUp(url, { databasePool: { connections: 2 } });
  let done = 0;
  {
    await using _lock = await holdLock();
    const asking = Array.from({ length: 5 }, () =>
      database.query('wait', WAIT).then(() => void done++),
    );
    await expect.poll(gauges).toEqual([2, 3, 2]);
    set({ databasePool: { enabled: false } });
    await expect.poll(gauges).toEqual([5, 0, 10_000]);
    open.defer(async () => void (await Promise.all(asking)));
  }
  await expect.poll(() => done).toBe(5);
  expect(pool.totalCount).toBe(5);
  set({ databasePool: { connections: 2 } });
  await expect.poll(() => pool.totalCount).toBeLessThanOrEqual(2);
  expect(await database.query('again', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('connections in use beyond a lower limit are closed when they come back', async () => {
  const { database, gauges, set, pool } = setUp(url, { databasePool: { connections: 6 } });
  let done = 0;
  {
    await using _lock = await holdLock();
    for (let count = 0; count < 6; count++) {
      void database.query('wait', WAIT).then(() => void done++);
    }
    await expect.poll(gauges).toEqual([6, 0, 6]);
    set({ databasePool: { connections: 1 } });
  }
  await expect.poll(() => done).toBe(6);
  await expect.poll(() => pool.totalCount).toBe(1);
});

test('nobody waits longer for a connection than the policy says', async () => {
  const { database, gauges } = setUp(url, { databasePool: { connections: 1, acquireMs: 200 } });
  await database.query('warm up', 'SELECT 1');
  await using _lock = await holdLock();
  const first = database.query('wait', WAIT).catch(() => undefined);
  await expect(database.query('wait', WAIT)).rejects.toThrow('timeout exceeded');
  expect(await gauges()).toEqual([1, 0, 1]);
  open.defer(async () => void (await first));
});

test('without a limit one service takes the server’s connections from everybody', async () => {
  const { database, set } = setUp(url, { databasePool: { enabled: false } });
  const codes: string[] = [];
  await using _lock = await holdLock();
  for (let count = 0; count < 130; count++) {
    database.query('wait', WAIT).catch((error: { code: string }) => codes.push(error.code));
  }
  // 53300: too many connections.
  await expect.poll(() => codes.includes('53300'), { timeout: 20_000 }).toBe(true);
  const other = new pg.Client({ connectionString: url });
  await expect(other.connect()).rejects.toMatchObject({ code: '53300' });
  set({ databasePool: { enabled: true } });
});

/** A way to PostgreSQL on which single connections can be held up, in the order they were made. */
async function createWay() {
  const ways: { client: Socket; server: Socket }[] = [];
  const proxy = createServer((client) => {
    const server = connect({ host: '127.0.0.1', port: postgres.port });
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) socket.on('error', () => undefined);
    ways.push({ client, server });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  open.defer(() => {
    proxy.close();
    for (const { client } of ways) client.destroy();
  });
  const { port } = proxy.address() as AddressInfo;
  return {
    url: url.replace(`:${postgres.port}/`, `:${port}/`),
    ways,
    hold: (index: number) => ways[index]?.server.unpipe(),
    release(index: number) {
      const way = ways[index];
      way?.server.pipe(way.client);
    },
  };
}

const READ = ['read', 'SELECT 1 AS one'] as const;

test('a read that is held up is asked again on another connection', async () => {
  const way = await createWay();
  const { database, clock, events, telemetry, pool } = setUp(way.url, {});
  await database.query('warm up', 'SELECT 1');
  way.hold(0);
  const reading = database.read(...READ);
  await expect.poll(() => pool.idleCount).toBe(0);
  await clock.advance(100);
  expect(await reading).toEqual([{ one: 1 }]);
  expect(way.ways).toHaveLength(2);
  expect(events).toEqual([
    {
      name: 'resilience.hedge.sent',
      attributes: { link: 'catalog->postgres', delay_ms: 100 },
    },
  ]);
  expect(await telemetry.metrics.metrics()).toContain(
    'resilience_hedges_total{link="catalog->postgres"} 1',
  );
  way.release(0);
  await expect.poll(() => pool.idleCount).toBe(2);
});

test('without hedging the slow connection decides, and what is no read is never asked twice', async () => {
  const way = await createWay();
  const { database, clock, set, events, pool } = setUp(way.url, {
    hedgedReads: { enabled: false },
  });
  await database.query('warm up', 'SELECT 1');
  way.hold(0);
  const reading = database.read(...READ);
  await expect.poll(() => pool.idleCount).toBe(0);
  await clock.advance(1000);
  set({});
  const writing = database.query('write', 'SELECT 2 AS two');
  await clock.advance(1000);
  way.release(0);
  expect(await reading).toEqual([{ one: 1 }]);
  expect(await writing).toEqual([{ two: 2 }]);
  expect(events).toEqual([]);
});

test('a pool without a connection to spare is not asked again', async () => {
  const way = await createWay();
  const { database, clock, events, pool } = setUp(way.url, { databasePool: { connections: 1 } });
  await database.query('warm up', 'SELECT 1');
  way.hold(0);
  const reading = database.read(...READ);
  await expect.poll(() => pool.idleCount).toBe(0);
  await clock.advance(1000);
  way.release(0);
  expect(await reading).toEqual([{ one: 1 }]);
  expect(events).toEqual([]);
});

test('a read that fails says why, at once', async () => {
  const { database } = setUp(url, {});
  await expect(database.read('broken', 'SELECT nothing')).rejects.toMatchObject({ code: '42703' });
});

test('a statement with parameters is prepared once per connection, one without is not', async () => {
  const { database } = setUp(url, { databasePool: { connections: 1 } });
  for (const value of [1, 2, 3]) await database.query('add', 'SELECT $1::int + 1 AS sum', [value]);
  await database.query('look', 'SELECT 1');
  const prepared = await database.query<{ statement: string }>(
    'list',
    'SELECT statement FROM pg_prepared_statements',
  );
  expect(prepared).toEqual([{ statement: 'SELECT $1::int + 1 AS sum' }]);
});
