import type { Chassis, Link } from '@faultline/chassis';
import {
  derivePassword,
  logIn,
  refreshTokens,
  type Send,
  type Tokens,
} from '@faultline/chassis/core';

/** The customers that the load plays, as far as they are logged in. */
export interface Customers {
  /**
   * An access token of the customer, who logs in when it is first needed.
   *
   * @throws with the reason if they cannot
   */
  tokenOf(customerId: string): Promise<string>;
  /** Their token was refused: next time they log in again. */
  forget(customerId: string): void;
}

export interface CustomersOptions {
  chassis: Pick<Chassis, 'clock' | 'ids' | 'withContext' | 'workload'>;
  identity: Link;
}

interface Session {
  tokens: Tokens;
  refreshAtMs: number;
  endsAtMs: number;
}

const LOGIN_MS = 5_000;
/** A token is replaced when this share of its life is over. */
const REFRESH_AFTER = 0.8;
const MARGIN_MS = 10_000;
/** Who could not log in tries again after this time, milliseconds. */
const PAUSE_MS = 1_000;

/** Creates the customers. Each logs in with a browser's requests and keeps the session by refreshing. */
export function createCustomers({ chassis, identity }: CustomersOptions): Customers {
  const { clock } = chassis;
  const sessions = new Map<string, Session>();
  const flights = new Map<string, Promise<Session>>();
  const refused = new Map<string, { untilMs: number; error: Error }>();
  const send = createBrowser(identity);

  async function begin(customerId: string): Promise<Session> {
    const known = sessions.get(customerId);
    // A refresh token is good once: whatever becomes of the request, it is not used again.
    sessions.delete(customerId);
    const tokens = known
      ? await refreshTokens(send, known.tokens.refreshToken).catch(() => logInAnew(customerId))
      : await logInAnew(customerId);
    const nowMs = clock.monotonicMs();
    const lifeMs = tokens.expiresInS * 1_000;
    return {
      tokens,
      refreshAtMs: nowMs + lifeMs * REFRESH_AFTER,
      endsAtMs: nowMs + lifeMs - MARGIN_MS,
    };
  }

  async function logInAnew(customerId: string): Promise<Tokens> {
    const seed = chassis.workload()?.passwordSeed;
    if (!seed) throw new Error('no passwords yet');
    return logIn(send, customerId, await derivePassword(seed, customerId));
  }

  function renew(customerId: string): Promise<Session> {
    let flight = flights.get(customerId);
    if (!flight) {
      const correlationId = chassis.ids.next();
      flight = chassis
        .withContext({ correlationId, deadlineMs: LOGIN_MS, operation: 'log in' }, () =>
          begin(customerId),
        )
        .then((session) => {
          sessions.set(customerId, session);
          return session;
        })
        .catch((error: Error) => {
          refused.set(customerId, { untilMs: clock.monotonicMs() + PAUSE_MS, error });
          throw error;
        })
        .finally(() => flights.delete(customerId));
      flights.set(customerId, flight);
    }
    return flight;
  }

  return {
    async tokenOf(customerId) {
      const nowMs = clock.monotonicMs();
      const session = sessions.get(customerId);
      const good = session !== undefined && nowMs < session.endsAtMs;
      if (good && nowMs < session.refreshAtMs) return session.tokens.accessToken;
      const failure = refused.get(customerId);
      if (failure && nowMs < failure.untilMs) throw failure.error;
      return (await renew(customerId)).tokens.accessToken;
    },
    forget: (customerId) => void sessions.delete(customerId),
  };
}

/** A browser whose only way leads over a link. */
function createBrowser(identity: Link): Send {
  return async ({ method, target, headers, body }) => {
    const outcome = await identity.forward({
      operation: method === 'GET' ? 'open page' : 'submit form',
      method,
      target,
      headers,
      body: body === undefined ? undefined : Buffer.from(body),
    });
    if (outcome.kind === 'failed') throw new Error(`${outcome.reason}: ${outcome.detail}`);
    const { status } = outcome;
    return { status, headers: outcome.headers, text: outcome.body.toString('utf8') };
  };
}
