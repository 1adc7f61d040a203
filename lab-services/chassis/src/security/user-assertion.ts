import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import type { Clock, Jwk } from '../core/index.ts';
import type { User } from '../service.ts';
import { createBoundedMap } from './bounded-map.ts';
import { rolesSchema } from './token-verifier.ts';

/**
 * Who the user is, from the gateway to whatever works behind it: a JWT (RFC 7519) that lives for a
 * minute. It stands beside the token of the calling service and never in its place.
 */
export interface UserAssertions {
  /** Signs for `user`; undefined for a service without the key, which is every one but the gateway. */
  sign(user: User): Promise<string | undefined>;
  /** The user of a header's value, with the time at which it ends; undefined if it is not good. */
  verify(assertion: string): Promise<{ user: User; expiresAtMs: number } | undefined>;
}

export interface UserAssertionsOptions {
  /** This service, which signs. */
  service: string;
  clock: Clock;
  signingKey: () => Jwk | null | undefined;
  publicKeys: () => readonly Jwk[];
}

const AUDIENCE = 'faultline';
const LIFETIME_S = 60;
/** A remembered assertion must be good for this long, or a new one is signed, milliseconds. */
const SHORTEST_LEFT_MS = 30_000;
const CLOCK_TOLERANCE_S = 5;
const REMEMBERED = 500;
const LONGEST = 2_048;

const claimsSchema = z.object({
  sub: z.string().min(1).max(64),
  exp: z.number(),
  roles: rolesSchema,
});

/** Creates the assertions of one service. */
export function createUserAssertions(options: UserAssertionsOptions): UserAssertions {
  const { clock, publicKeys } = options;
  const signed = createBoundedMap<{ assertion: string; goodUntilMs: number; kid: string }>(
    REMEMBERED,
  );
  const checked = createBoundedMap<{ user: User; expiresAtMs: number }>(REMEMBERED);
  let keys: { of: readonly Jwk[]; find: JWTVerifyGetKey } | undefined;

  return {
    async sign(user) {
      const key = options.signingKey();
      if (!key) return undefined;
      const name = `${user.id} ${user.roles.join(' ')}`;
      const known = signed.get(name);
      const nowMs = clock.now();
      if (known?.kid === key.kid && nowMs < known.goodUntilMs) return known.assertion;
      const assertion = await sign(user, key, options.service, nowMs);
      const goodUntilMs = nowMs + LIFETIME_S * 1_000 - SHORTEST_LEFT_MS;
      signed.set(name, { assertion, goodUntilMs, kid: key.kid });
      return assertion;
    },
    async verify(assertion) {
      if (assertion.length > LONGEST) return undefined;
      const known = checked.get(assertion);
      if (known) return clock.now() < known.expiresAtMs ? known : undefined;
      const current = publicKeys();
      if (keys?.of !== current) {
        const { createLocalJWKSet } = await import('jose/jwks/local');
        keys = { of: current, find: createLocalJWKSet({ keys: current } as JSONWebKeySet) };
      }
      const found = await verify(assertion, keys.find, clock.now());
      if (found) checked.set(assertion, found);
      return found;
    },
  };
}

async function sign(user: User, jwk: Jwk, issuer: string, nowMs: number): Promise<string> {
  const [{ SignJWT }, { importJWK }] = await Promise.all([
    import('jose/jwt/sign'),
    import('jose/key/import'),
  ]);
  const issuedAt = Math.floor(nowMs / 1_000);
  return new SignJWT({ roles: [...user.roles] })
    .setProtectedHeader({ alg: jwk.alg, kid: jwk.kid, typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(AUDIENCE)
    .setSubject(user.id)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFETIME_S)
    .sign(await importJWK(jwk, jwk.alg));
}

async function verify(
  assertion: string,
  find: JWTVerifyGetKey,
  nowMs: number,
): Promise<{ user: User; expiresAtMs: number } | undefined> {
  const { jwtVerify } = await import('jose/jwt/verify');
  try {
    const { payload } = await jwtVerify(assertion, find, {
      audience: AUDIENCE,
      algorithms: ['ES256', 'EdDSA'],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(nowMs),
      requiredClaims: ['exp', 'sub'],
    });
    const { sub, roles, exp } = claimsSchema.parse(payload);
    return { user: { id: sub, roles }, expiresAtMs: exp * 1_000 };
  } catch {
    return undefined;
  }
}
