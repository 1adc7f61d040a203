import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { z } from 'zod';
import type { Clock } from '../core/index.ts';
import type { Link } from '../service.ts';
import { why } from './key-set.ts';

/** What the service shows its callees: access tokens of its own, one for each. */
export interface TokenSource {
  /** A token for `callee` that is still good. Rejects with the reason if none is to be had. */
  tokenFor(callee: string): Promise<string>;
}

export interface TokenSourceOptions {
  /** Name of this service, which is its client id. */
  service: string;
  /** The latest secret; undefined until the service was told one. */
  secret: () => string | undefined;
  identity: Link;
  clock: Clock;
}

interface Held {
  token: string;
  refreshAtMs: number;
  expiresAtMs: number;
}

const FETCH_TIMEOUT_MS = 1_000;
/** A token is replaced when this share of its life is over. */
const REFRESH_AFTER = 0.8;
/** After a failure the next try waits, milliseconds. */
const PAUSE_MS = 500;
/** No token is sent that could expire on its way, milliseconds. */
const MARGIN_MS = 5_000;

const answerSchema = z.object({
  access_token: z.string().min(1),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.number().positive(),
});

/**
 * Creates the source. One request per callee is under way at a time, whoever waits for it; a token
 * that is good stays in use while the identity provider is away.
 */
export function createTokenSource(options: TokenSourceOptions): TokenSource {
  const { clock } = options;
  const held = new Map<string, Held>();
  const flights = new Map<string, Promise<Held>>();
  const pausedUntilMs = new Map<string, number>();

  function fetchToken(callee: string): Promise<Held> {
    let flight = flights.get(callee);
    if (!flight) {
      // Whoever asked first lends it neither deadline nor trace: others wait for the same token.
      flight = context
        .with(ROOT_CONTEXT, () => requestToken(callee, options))
        .then((token) => {
          held.set(callee, token);
          return token;
        })
        .catch((error: unknown) => {
          pausedUntilMs.set(callee, clock.monotonicMs() + PAUSE_MS);
          throw error;
        })
        .finally(() => flights.delete(callee));
      flights.set(callee, flight);
    }
    return flight;
  }

  return {
    async tokenFor(callee) {
      const nowMs = clock.monotonicMs();
      const known = held.get(callee);
      if (!known || nowMs >= known.expiresAtMs) return (await fetchToken(callee)).token;
      if (nowMs >= known.refreshAtMs && nowMs >= (pausedUntilMs.get(callee) ?? 0)) {
        fetchToken(callee).catch(() => undefined);
      }
      return known.token;
    },
  };
}

async function requestToken(
  callee: string,
  { service, secret, identity, clock }: TokenSourceOptions,
): Promise<Held> {
  const value = secret();
  if (value === undefined) throw new Error(`no token for ${callee}: ${service} has no secret yet`);
  const askedAtMs = clock.monotonicMs();
  const outcome = await identity.call({
    operation: 'get token',
    method: 'POST',
    path: '/token',
    authorization: `Basic ${Buffer.from(`${service}:${value}`).toString('base64')}`,
    form: {
      grant_type: 'client_credentials',
      scope: `${callee}:read ${callee}:write`,
      resource: `http://${callee}`,
    },
    response: answerSchema,
    timeoutMs: FETCH_TIMEOUT_MS,
    // Asking twice does no harm, so the link may.
    idempotencyKey: `token-${service}-${callee}`,
  });
  if (outcome.kind !== 'ok') throw new Error(`no token for ${callee}: ${why(outcome)}`);
  const lifeMs = outcome.body.expires_in * 1_000;
  return {
    token: outcome.body.access_token,
    refreshAtMs: askedAtMs + lifeMs * REFRESH_AFTER,
    expiresAtMs: askedAtMs + lifeMs - MARGIN_MS,
  };
}
