import { createManualClock, type ManualClock } from '@faultline/chassis/core';
import type { Topology } from '@faultline/topology';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSession, type LaunchSession } from '../launch-session.ts';
import { readLaunchState } from '../launch-state.ts';
import { createPortFinder } from '../plan/ports.ts';
import { openCertificates } from './certificates.ts';
import { createSecretDesk, type SecretDesk } from './secret-desk.ts';
import { goodOnes } from './timed.ts';
import { describeWorkload } from './workloads.ts';

const service = (name: string, calls: string[]) => ({
  ...{ name, calls, layer: 'domain' as const, purpose: '', replicas: 1, maxReplicas: 1 },
  ...{ entry: '', database: name === 'orders', produces: [], consumes: [], patterns: [] },
});
const TOPOLOGY: Topology = {
  services: [service('gateway', ['orders']), service('orders', []), service('identity', [])],
  resources: [{ name: 'postgres', purpose: '' }],
  topics: [],
};

let dataDir: string;
let clock: ManualClock;
let session: LaunchSession;
let desk: SecretDesk;
let changes: number;
let postgres: { state: string; answers: Promise<void>; asked: number };
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'faultline-desk-'));
  clock = createManualClock(Date.UTC(2030, 0, 1));
  changes = 0;
  postgres = { state: 'ready', answers: Promise.resolve(), asked: 0 };
  await open();
});
afterEach(async () => {
  desk[Symbol.dispose]();
  await rm(dataDir, { recursive: true });
});

/** As a control plane does that begins or takes over. */
async function open(): Promise<void> {
  const changed = () => void (changes += 1);
  const certificates = await openCertificates({ dataDir, clock, changed });
  const names = { registryUrl: 'http://127.0.0.1:1', otlpEndpoint: 'http://127.0.0.1:1' };
  session = await openSession(
    {
      options: {
        ...{ topology: TOPOLOGY, policies: {}, dataDir, runtimes: {} as never },
        load: { enabled: false, rps: 1, mix: {}, seed: 1 },
      },
      runtime: 'process',
      placement: { parts: 'loopback', control: 'loopback', ...names },
      finder: createPortFinder(),
      clock,
    },
    await readLaunchState(dataDir),
  );
  desk = createSecretDesk({
    ...{ topology: TOPOLOGY, session, certificates, clock, changed },
    stateOf: () => postgres.state,
    provision: () => {
      postgres.asked += 1;
      return postgres.answers;
    },
  });
}

const told = (name: string) => describeWorkload(name, session.secrets, TOPOLOGY, clock.now());
const keys = () => goodOnes(session.secrets.assertionKeys, clock.now()).map(({ kid }) => kid);
/** Rotates, and lets the announcement pass. */
async function rotate(kind: Parameters<SecretDesk['rotate']>[0]): Promise<void> {
  const before = changes;
  const done = desk.rotate(kind);
  await expect.poll(() => changes).toBeGreaterThan(before);
  await clock.advance(2000);
  expect(await done).toEqual({ kind: 'done' });
}
const digest = (text: string) => createHash('sha256').update(text).digest('hex');

test('the identity provider knows a new client secret before its service shows it', async () => {
  const former = told('gateway').clientSecret;
  const hashes = () => told('identity').clients.find(({ id }) => id === 'gateway')?.secretHashes;
  expect(hashes()).toEqual([digest(former)]);
  const [before, done] = [changes, desk.rotate('clients')];
  await expect.poll(() => changes).toBeGreaterThan(before);
  expect(told('gateway').clientSecret).toBe(former);
  expect(hashes()).toHaveLength(2);
  await clock.advance(2000);
  expect(await done).toEqual({ kind: 'done' });
  const latest = told('gateway').clientSecret;
  expect(latest).not.toBe(former);
  expect(hashes()).toEqual([digest(latest), digest(former)]);
});

test.each([
  ['clients', 60_000, () => told('identity').clients[0]!.secretHashes],
  ['internal', 60_000, () => told('orders').internalTokens],
  ['assertion-key', 90_000, keys],
] as const)(
  'what %s were before is good for a while, and everybody is told the end',
  async (kind, graceMs, good) => {
    const [former] = good();
    await rotate(kind);
    expect(good()).toEqual([expect.any(String), former]);
    await clock.advance(graceMs - 1);
    expect(good()).toContain(former);
    const before = changes;
    await clock.advance(1);
    expect(good()).toEqual([expect.any(String)]);
    expect(good()).not.toContain(former);
    expect(changes).toBe(before + 1);
  },
);

test('services know the public key before the gateway signs with it', async () => {
  const former = told('gateway').assertionKey?.kid;
  const [before, done] = [changes, desk.rotate('assertion-key')];
  await expect.poll(() => changes).toBeGreaterThan(before);
  expect(keys()).toEqual([expect.any(String), former]);
  expect(told('gateway').assertionKey?.kid).toBe(former);
  await clock.advance(2000);
  await done;
  expect(told('gateway').assertionKey?.kid).toBe(keys()[0]);
  expect(told('orders').assertionKey).toBeNull();
});

test('the next control plane goes on where the last one ended', async () => {
  await rotate('internal');
  const { internalTokens } = told('orders');
  const { rotatedAt } = session;
  desk[Symbol.dispose]();
  await open();
  expect(told('orders').internalTokens).toEqual(internalTokens);
  expect(session.rotatedAt).toEqual(rotatedAt);
  await clock.advance(60_000);
  expect(told('orders').internalTokens).toEqual([internalTokens[0]]);
});

test('new passwords wait for PostgreSQL, and are not lost when it answers late', async () => {
  const former = told('orders').databasePassword;
  const answer = Promise.withResolvers<void>();
  postgres.answers = answer.promise;
  const done = desk.rotate('database');
  await expect.poll(() => postgres.asked).toBe(1);
  await clock.advance(10_000);
  expect(await done).toMatchObject({ kind: 'refused', code: 'resource-away' });
  answer.resolve();
  // What PostgreSQL was asked to take is what everybody is told.
  expect(told('orders').databasePassword).not.toBe(former);
});

test('a database that is away keeps its passwords', async () => {
  const former = told('orders').databasePassword;
  postgres.state = 'paused';
  expect(await desk.rotate('database')).toEqual({
    ...{ kind: 'refused', code: 'wrong-state' },
    detail: 'postgres-1 is paused; new passwords need it ready.',
  });
  expect(told('orders').databasePassword).toBe(former);
  expect(session.rotatedAt).toEqual({});
});

test('a fleet that ends meanwhile refuses', async () => {
  const answer = desk.rotate('internal');
  await expect.poll(() => changes).toBe(1);
  desk[Symbol.dispose]();
  expect(await answer).toMatchObject({ kind: 'refused', code: 'not-running' });
});
