import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServiceDefinition } from '@faultline/chassis';
import { linkPolicySchema, type Workload } from '@faultline/chassis/core';
import {
  createTestIdentity,
  createTestRegistry,
  startPostgres,
  startTestService,
  TEST_INTERNAL_TOKEN,
  testWorkloadToken,
  type TestIdentity,
  type TestRegistry,
  type TestService,
} from '@faultline/chassis/testing';
import { createBroker } from '@faultline/kafka-broker';
import { deriveLinks, TOPOLOGY } from '@faultline/topology';
import pg from 'pg';

const ROOT = resolve(import.meta.dirname, '../../..');
/** Whoever holds it is every customer: see `passwordSeed` of `workloadSchema`. */
export const PASSWORD_SEED = 'password-seed-of-this-fleet';

/** Every service of the catalogue in this process, closed as in the lab. */
export interface Fleet extends AsyncDisposable {
  readonly services: ReadonlyMap<string, TestService>;
  readonly registry: TestRegistry;
  urlOf(service: string): string;
  /** What the gateway says of a user. */
  assertion: TestIdentity['assertion'];
  /** The database of the identity provider, as its owner sees it. */
  readonly identityDatabase: pg.Client;
}

const secretOf = (service: string) => `client-secret-of-${service}`;

/** Starts all of them, the provider first. */
export async function startFleet(): Promise<Fleet> {
  process.env['LOAD_ENABLED'] = 'false';
  process.env['PROVIDER_API_KEY'] = TEST_INTERNAL_TOKEN;
  await using startup = new AsyncDisposableStack();
  const postgres = startup.use(await startPostgres());
  const folder = await mkdtemp(join(tmpdir(), 'faultline-closed-'));
  startup.defer(() => rm(folder, { recursive: true, force: true }));
  const topics = TOPOLOGY.topics.map((topic) => ({ ...topic }));
  const broker = startup.use(await createBroker({ port: 0, dataDir: folder, topics }));
  const registry = startup.use(await createTestRegistry());
  // Only for the keys of assertions: tokens come from the real provider.
  const keys = startup.use(await createTestIdentity());
  const assertionKey = keys.workload().assertionKey;
  registry.set({ trust: { mtls: false, callers: [], assertionKeys: keys.assertionKeys } });
  const services = new Map<string, TestService>();
  const identityUrl = await postgres.createDatabase('identity');

  const ordered = [...TOPOLOGY.services].sort(
    (a, b) => Number(b.name === 'identity') - Number(a.name === 'identity'),
  );
  for (const { name, entry, database } of ordered) {
    const instance = `${name}-1`;
    registry.setWorkload(instance, workloadOf(name, name === 'gateway' ? assertionKey : null));
    const source = pathToFileURL(join(ROOT, entry.replace(/main\.ts$/, 'service.ts'))).href;
    const { service } = (await import(source)) as { service: ServiceDefinition };
    const databaseUrl =
      name === 'identity'
        ? identityUrl
        : database
          ? await postgres.createDatabase(name)
          : undefined;
    const running = startup.use(
      await startTestService(service, {
        REGISTRY_URL: registry.url,
        IDENTITY_ISSUER: 'http://identity',
        WORKLOAD_TOKEN: testWorkloadToken(instance),
        KAFKA_BROKERS: `${broker.host}:${broker.port}`,
        DATABASE_POOL_SIZE: '2',
        ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      }),
    );
    services.set(name, running);
    for (const link of deriveLinks(TOPOLOGY).filter(({ to }) => to === name)) {
      // Patience: many services share this process.
      registry.setLink(link.name, [running.port], {
        timeout: { ...linkPolicySchema.parse({}).timeout, attemptMs: 15_000 },
        breaker: { enabled: false },
      });
    }
  }
  const identityDatabase = new pg.Client(identityUrl);
  await identityDatabase.connect();
  startup.defer(() => identityDatabase.end());
  const resources = startup.move();
  return {
    services,
    registry,
    identityDatabase,
    assertion: (user) => keys.assertion(user),
    urlOf(service) {
      const running = services.get(service);
      if (!running) throw new Error(`${service} is not in the catalogue`);
      return running.url;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function workloadOf(service: string, assertionKey: Workload['assertionKey']) {
  return {
    clientSecret: secretOf(service),
    internalTokens: [TEST_INTERNAL_TOKEN],
    assertionKey,
    passwordSeed: PASSWORD_SEED,
    clients:
      service === 'identity'
        ? TOPOLOGY.services.map(({ name, calls }) => ({
            id: name,
            secretHashes: [createHash('sha256').update(secretOf(name)).digest('hex')],
            scopes: calls.flatMap((callee) => [`${callee}:read`, `${callee}:write`]),
          }))
        : [],
  };
}
