import { currentContext } from '../context/request-context.ts';
import { HEADER, type Clock } from '../core/index.ts';
import { assertionOf } from './inbound.ts';
import type { TokenSource } from './token-source.ts';
import type { UserAssertions } from './user-assertion.ts';

/** What a call carries to show who makes it and for whom. */
export type Credentials =
  | { kind: 'headers'; headers: Record<string, string> }
  /** No token was to be had in time: the call is not made. */
  | { kind: 'unavailable'; detail: string };

/**
 * Credentials of one call to `callee`.
 *
 * @param leftMs longest wait for a token, milliseconds; Infinity for no limit
 */
export type CredentialsOf = (callee: string, leftMs: number) => Promise<Credentials>;

/** Of a service that has none to show. */
export const noCredentials: CredentialsOf = async () => ({ kind: 'headers', headers: {} });

/** Creates the credentials of a service's calls: its own token and the user's assertion. */
export function createCredentials(
  tokens: TokenSource,
  assertions: UserAssertions,
  clock: Clock,
): CredentialsOf {
  return async (callee, leftMs) => {
    const assertion = await assertionNow(assertions, clock);
    try {
      const token = await within(leftMs, tokens.tokenFor(callee));
      const headers = { authorization: `Bearer ${token}` };
      return {
        kind: 'headers',
        headers: assertion ? { ...headers, [HEADER.userAssertion]: assertion } : headers,
      };
    } catch (error) {
      return { kind: 'unavailable', detail: (error as Error).message };
    }
  };
}

/** As it came, or signed here for a user who came with a token. */
async function assertionNow(assertions: UserAssertions, clock: Clock): Promise<string | undefined> {
  const context = currentContext();
  if (!context?.user) return undefined;
  const received = assertionOf(context);
  if (received) return clock.now() < received.expiresAtMs ? received.value : undefined;
  return assertions.sign(context.user);
}

async function within<T>(leftMs: number, work: Promise<T>): Promise<T> {
  if (!Number.isFinite(leftMs)) return work;
  const over = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => over.reject(new Error('no token before the deadline')),
    Math.max(0, leftMs),
  );
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    clearTimeout(timer);
  }
}
