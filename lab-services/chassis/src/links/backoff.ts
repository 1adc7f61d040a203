import type { LinkPolicy, Random } from '../core/index.ts';

/**
 * The pause before the next attempt, milliseconds: exponential backoff with full jitter, a random
 * share of `base * 2^(attempt - 1)`, which spreads callers that failed together (Marc Brooker,
 * "Exponential Backoff And Jitter", AWS Architecture Blog, 2015). A `Retry-After` of the callee is
 * a lower bound.
 *
 * @param attempt the attempt that just failed, from 1
 */
export function backoffMs(
  policy: LinkPolicy['retry'],
  attempt: number,
  random: Random,
  retryAfterMs = 0,
): number {
  const boundMs = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1));
  return Math.max(retryAfterMs, random.next() * boundMs);
}

/**
 * A `Retry-After` header as milliseconds from now (RFC 9110, section 10.2.3: seconds or a date).
 * Undefined if it is neither; never negative.
 */
export function parseRetryAfterMs(value: unknown, now: number): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
