import type { Chassis } from '@faultline/chassis';
import { EVENT } from '@faultline/chassis/core';
import { Counter } from 'prom-client';
import type { LoginOutcome } from './accounts/accounts.ts';

/** What happens in this service, each told once. Never a token, a code, a password. */
export interface Events {
  loggedIn(outcome: LoginOutcome['kind']): void;
  tokenIssued(grant: string): void;
  tokenRefused(grant: string, error: string): void;
  /** A code or a refresh token came a second time: what was issued for its grant is void. */
  tokenReused(model: string): void;
  keysRotated(kid: string): void;
  /** An operator took back what was issued to people: so many grants. */
  grantsRevoked(count: number): void;
}

/** Grants that may stand in a label; a client can ask for any. */
const GRANTS = new Set(['authorization_code', 'refresh_token', 'client_credentials']);

/** Creates the events of the service. */
export function createEvents({ telemetry }: Pick<Chassis, 'telemetry'>): Events {
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers: [telemetry.metrics] });
  const logins = counter('identity_logins_total', 'Attempts to log in', 'outcome');
  const tokens = counter('identity_tokens_total', 'Token requests', 'grant', 'outcome');
  const labelOf = (grant: string) => (GRANTS.has(grant) ? grant : 'other');

  return {
    loggedIn: (outcome) => logins.inc({ outcome }),
    tokenIssued: (grant) => tokens.inc({ grant: labelOf(grant), outcome: 'issued' }),
    tokenRefused: (grant, error) => tokens.inc({ grant: labelOf(grant), outcome: error }),
    tokenReused(model) {
      const reason = model === 'RefreshToken' ? 'refresh-token-reused' : 'code-reused';
      telemetry.event(EVENT.accessRefused, { reason }, `a grant was revoked: ${reason}`);
    },
    grantsRevoked: (count) =>
      telemetry.event(EVENT.tokensRevoked, { count }, `${count} grants of people were revoked`),
    keysRotated: (kid) =>
      telemetry.event(
        EVENT.secretRotated,
        { what: 'signing-key', kid },
        `tokens are signed with key ${kid} from now on`,
      ),
  };
}
