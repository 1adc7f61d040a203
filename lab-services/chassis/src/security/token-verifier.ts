import { z } from 'zod';
import type { Clock } from '../core/index.ts';
import type { User } from '../service.ts';
import { createBoundedMap } from './bounded-map.ts';
import type { KeySet } from './key-set.ts';

/** What an access token (RFC 9068) says, once its signature and its claims were checked. */
export interface TokenClaims {
  /** Client that got the token: the name of a service, if it is no person's. */
  clientId: string;
  scopes: ReadonlySet<string>;
  /** The person whose token it is; undefined for a service's own. */
  user: User | undefined;
}

/** What became of a token. */
export type Verdict =
  | { kind: 'valid'; claims: TokenClaims }
  | { kind: 'expired' }
  | { kind: 'invalid'; detail: string }
  /** No keys could be had to check it. */
  | { kind: 'unknown'; detail: string };

/** Checks access tokens; the same token is checked once. */
export type TokenVerifier = (token: string) => Promise<Verdict>;

const REMEMBERED_TOKENS = 500;
const LONGEST_TOKEN = 4_096;
const CLOCK_TOLERANCE_S = 5;

export const rolesSchema = z.array(z.enum(['customer', 'support', 'admin'])).max(8);

const claimsSchema = z.object({
  sub: z.string().min(1).max(64),
  client_id: z.string().min(1).max(64),
  exp: z.number(),
  scope: z.string().max(2_000).default(''),
  roles: rolesSchema.default([]),
});

export interface TokenVerifierOptions {
  issuer: string;
  /** This service. */
  audience: string;
  keys: KeySet;
  clock: Clock;
}

/** Creates the verifier. Errors of a token are values; only bugs throw. */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { clock } = options;
  const checked = createBoundedMap<{ claims: TokenClaims; expiresAtMs: number }>(REMEMBERED_TOKENS);
  return async (token) => {
    if (token.length > LONGEST_TOKEN) return { kind: 'invalid', detail: 'the token is too long' };
    const known = checked.get(token);
    if (known) {
      if (clock.now() < known.expiresAtMs) return { kind: 'valid', claims: known.claims };
      checked.delete(token);
      return { kind: 'expired' };
    }
    const found = await verify(token, options);
    if (found.kind !== 'valid') return found;
    const { claims, expiresAtMs } = found;
    checked.set(token, { claims, expiresAtMs });
    return { kind: 'valid', claims };
  };
}

async function verify(
  token: string,
  { issuer, audience, keys, clock }: TokenVerifierOptions,
): Promise<Exclude<Verdict, { kind: 'valid' }> | (Verdict & { expiresAtMs: number })> {
  const { jwtVerify } = await import('jose/jwt/verify');
  try {
    if (!keys.known) await keys.refresh();
  } catch (error) {
    return { kind: 'unknown', detail: (error as Error).message };
  }
  try {
    const { payload } = await jwtVerify(token, keys.find, {
      issuer,
      audience,
      typ: 'at+jwt',
      algorithms: ['ES256', 'EdDSA', 'RS256'],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(clock.now()),
      requiredClaims: ['exp', 'sub', 'client_id'],
    });
    const { sub, client_id, scope, roles, exp } = claimsSchema.parse(payload);
    const claims = {
      clientId: client_id,
      scopes: new Set(scope.split(' ')),
      user: sub === client_id ? undefined : { id: sub, roles },
    };
    return { kind: 'valid', claims, expiresAtMs: (exp + CLOCK_TOLERANCE_S) * 1_000 };
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_JWT_EXPIRED') return { kind: 'expired' };
    return { kind: 'invalid', detail: (error as Error).message.slice(0, 200) };
  }
}
