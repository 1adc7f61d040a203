import type { JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { jwkSchema, type Clock } from '../core/index.ts';
import type { Link } from '../service.ts';

/** The public keys of the identity provider: the last known ones while it is away. */
export interface KeySet {
  /** Whether keys were ever had. */
  readonly known: boolean;
  /** Finds the key that a token names; asks the provider about one that is not known. */
  readonly find: JWTVerifyGetKey;
  /** Fetches the keys. Rejects with the reason; the keys known before stay. */
  refresh(): Promise<void>;
}

/** Tokens with made-up key ids cause no more requests than one in this time, milliseconds. */
const COOLDOWN_MS = 2_000;
/** So long a key that the provider took back is still believed, milliseconds. */
const LONGEST_AGE_MS = 300_000;
const FETCH_TIMEOUT_MS = 1_000;

const keySetSchema = z.object({ keys: z.array(jwkSchema).min(1).max(32) });

/** Creates the key set that `GET /jwks` over `identity` fills. */
export function createKeySet(identity: Link, clock: Clock): KeySet {
  let find: JWTVerifyGetKey | undefined;
  let fetchedAtMs = -Infinity;
  let triedAtMs = -Infinity;
  let flight: Promise<JWTVerifyGetKey> | undefined;

  async function fetchKeys(): Promise<JWTVerifyGetKey> {
    triedAtMs = clock.monotonicMs();
    const outcome = await identity.call({
      operation: 'get keys',
      method: 'GET',
      path: '/jwks',
      authorization: null,
      response: keySetSchema,
      timeoutMs: FETCH_TIMEOUT_MS,
    });
    if (outcome.kind !== 'ok') throw new Error(`no keys of the identity provider: ${why(outcome)}`);
    const { createLocalJWKSet } = await import('jose/jwks/local');
    find = createLocalJWKSet(outcome.body);
    fetchedAtMs = clock.monotonicMs();
    return find;
  }

  function refresh(): Promise<JWTVerifyGetKey> {
    flight ??= fetchKeys().finally(() => {
      flight = undefined;
    });
    return flight;
  }

  return {
    get known() {
      return find !== undefined;
    },
    async refresh() {
      await refresh();
    },
    async find(header, token) {
      const nowMs = clock.monotonicMs();
      const cool = nowMs - triedAtMs >= COOLDOWN_MS;
      const current = find ?? (await refresh());
      if (cool && nowMs - fetchedAtMs >= LONGEST_AGE_MS) refresh().catch(() => undefined);
      try {
        return await current(header, token);
      } catch (error) {
        if ((error as { code?: string }).code !== 'ERR_JWKS_NO_MATCHING_KEY') throw error;
        if (!cool && !flight) throw error;
        const latest = await refresh().catch(() => current);
        return latest(header, token);
      }
    },
  };
}

/** What an outcome without a body says, for people. */
export function why(outcome: Awaited<ReturnType<Link['call']>>): string {
  switch (outcome.kind) {
    case 'failed':
      return `${outcome.reason}, ${outcome.detail}`;
    case 'refused':
      return `${outcome.status} ${outcome.problem.code}`;
    case 'ok':
    case 'fallback':
      return 'an answer that was not expected';
  }
}
