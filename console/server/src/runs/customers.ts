import type { Clock } from '@faultline/chassis/core';
import type { Fleet } from '@faultline/fleet';
import { logInAs } from '../lab/log-in.ts';

/** How long a token is shown before somebody logs in anew, milliseconds. */
const KEPT_MS = 30_000;

/** Logs customers in for probes, not for every request anew. Throws when the login fails. */
export function createCustomers(fleet: Fleet, clock: Clock): (customer: string) => Promise<string> {
  const tokens = new Map<string, { untilMs: number; token: Promise<string> }>();
  return (customer) => {
    const known = tokens.get(customer);
    if (known && known.untilMs > clock.monotonicMs()) return known.token;
    const token = logInAs(fleet, customer).then(({ accessToken }) => accessToken);
    tokens.set(customer, { untilMs: clock.monotonicMs() + KEPT_MS, token });
    token.catch(() => tokens.delete(customer));
    return token;
  };
}
