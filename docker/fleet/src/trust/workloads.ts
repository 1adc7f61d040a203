import { createHash } from 'node:crypto';
import type { Workload, WorkloadClient } from '@faultline/chassis/core';
import type { Topology } from '@faultline/topology';
import type { Secrets } from '../plan/model.ts';
import { clientSecret, passwordSeed } from './derived-secrets.ts';
import { goodOnes, inUse } from './timed.ts';

/** The service that signs who the user is. */
const SIGNER = 'gateway';
/** The service that knows every client, and the one that plays the seeded people. */
const PROVIDER = 'identity';
const PEOPLE = 'loadgen';

/** Everything an instance of `service` may know, but for its certificate. */
export function describeWorkload(
  service: string,
  secrets: Secrets,
  topology: Topology,
  now: number,
): Omit<Workload, 'tls'> {
  const knowsPeople = service === PROVIDER || service === PEOPLE;
  return {
    clientSecret: clientSecret(secrets, service, inUse(secrets.clientGenerations, now)),
    databasePassword: secrets.databasePasswords[service] ?? null,
    internalTokens: goodOnes(secrets.internalTokens, now),
    assertionKey: service === SIGNER ? inUse(secrets.assertionKeys, now) : null,
    clients: service === PROVIDER ? clientsOf(secrets, topology, now) : [],
    passwordSeed: knowsPeople ? passwordSeed(secrets) : null,
  };
}

function clientsOf(secrets: Secrets, topology: Topology, now: number): WorkloadClient[] {
  // Instances that were not told yet still show the secret of the generation before.
  const generations = goodOnes(secrets.clientGenerations, now);
  return topology.services.map(({ name, calls }) => ({
    id: name,
    secretHashes: generations.map((generation) =>
      createHash('sha256')
        .update(clientSecret(secrets, name, generation))
        .digest('hex'),
    ),
    scopes: calls.flatMap((callee) => [`${callee}:read`, `${callee}:write`]),
  }));
}
