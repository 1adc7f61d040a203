import { randomBytes } from 'node:crypto';
import type { Topology } from '@faultline/topology';
import type { Secrets } from './model.ts';

/** Makes new secrets: 192 random bits each, letters that need no escaping anywhere. */
export function makeSecrets(topology: Topology): Secrets {
  return {
    internalToken: makeSecret(),
    superuserPassword: makeSecret(),
    databasePasswords: Object.fromEntries(
      topology.services
        .filter((service) => service.database)
        .map((service) => [service.name, makeSecret()]),
    ),
  };
}

function makeSecret(): string {
  return randomBytes(24).toString('base64url');
}
