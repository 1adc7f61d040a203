import { describe, expect, test } from 'vitest';
import { EVENT, workloadSchema, type Workload } from '../core/index.ts';
import { createRecordingTelemetry } from '../testing/recording-telemetry.ts';
import { announceSecretChanges, takenOver } from './secret-changes.ts';
import { createWorkloads } from './workload.ts';

const pem = (name: string) => `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----\n`;
const BEFORE: Workload = workloadSchema.parse({
  clientSecret: 'client-secret-one',
  databasePassword: 'password-one',
  internalTokens: ['internal-token-one'],
  assertionKey: { kty: 'EC', kid: 'one', alg: 'ES256', d: 'private-one' },
  clients: [{ id: 'orders', secretHashes: ['1'.repeat(64)], scopes: [] }],
  tls: { certificate: pem('leaf'), privateKey: 'key', authorities: pem('ca'), notAfter: 1 },
});
const tls = BEFORE.tls!;

describe('what an instance takes over', () => {
  const changes: [string, Partial<Workload>][] = [
    ['certificates', { tls: { ...tls, certificate: pem('leaf-two') } }],
    ['authority', { tls: { ...tls, authorities: pem('ca') + pem('ca-two') } }],
    ['clients', { clientSecret: 'client-secret-two' }],
    [
      'clients',
      {
        clients: [{ id: 'orders', secretHashes: ['2', '1'].map((d) => d.repeat(64)), scopes: [] }],
      },
    ],
    ['database', { databasePassword: 'password-two' }],
    ['internal', { internalTokens: ['internal-token-two', 'internal-token-one'] }],
    ['assertion-key', { assertionKey: { ...BEFORE.assertionKey!, kid: 'two' } }],
  ];
  test.each(changes)('%s', (kind, change) => {
    expect(takenOver(BEFORE, { ...BEFORE, ...change })).toEqual([kind]);
    // That the one before is good no more is no news.
    expect(takenOver({ ...BEFORE, ...change }, { ...BEFORE, ...change })).toEqual([]);
  });

  test('nothing, when the one before ends', () => {
    const overlap = {
      ...BEFORE,
      internalTokens: ['internal-token-two', 'internal-token-one'],
      tls: { ...tls, authorities: pem('ca-two') + pem('ca') },
    };
    const after = {
      ...BEFORE,
      internalTokens: ['internal-token-two'],
      tls: { ...tls, authorities: pem('ca-two') },
    };
    expect(takenOver(overlap, after)).toEqual([]);
  });
});

test('it is told by kind, never by value, and the first document is no change', () => {
  const workloads = createWorkloads();
  const { telemetry, events } = createRecordingTelemetry();
  announceSecretChanges(workloads, telemetry);
  workloads.set(BEFORE);
  expect(events).toEqual([]);
  workloads.set({ ...BEFORE, databasePassword: 'password-two' });
  expect(events).toEqual([{ name: EVENT.secretRotated, attributes: { what: 'database' } }]);
});
