import { randomBytes } from 'node:crypto';
import type { Topology } from '@faultline/topology';
import { makeAssertionKey } from '../trust/assertion-key.ts';
import { firstOf } from '../trust/timed.ts';
import type { Secrets } from './model.ts';

/** Makes new secrets: 192 random bits each, letters that need no escaping anywhere. */
export function makeSecrets(topology: Topology): Secrets {
  return {
    internalTokens: firstOf(makeSecret()),
    superuserPassword: makeSecret(),
    providerApiKey: makeSecret(),
    databasePasswords: makePasswords(topology),
    workloadSeed: makeSecret(),
    clientGenerations: firstOf(0),
    assertionKeys: firstOf(makeAssertionKey()),
  };
}

/** A password for every service with a database. */
export function makePasswords({ services }: Topology): Record<string, string> {
  const owners = services.filter(({ database }) => database);
  return Object.fromEntries(owners.map(({ name }) => [name, makeSecret()]));
}

/** 192 random bits. */
export function makeSecret(): string {
  return randomBytes(24).toString('base64url');
}
