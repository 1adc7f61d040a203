import type { LinkPolicy } from '../core/index.ts';

export type RetryBudgetPolicy = LinkPolicy['retryBudget'];

/**
 * A token bucket that holds retries to a share of the calls: each call earns `ratio`, each retry
 * costs 1, and `reserve` is in hand at first and after a quiet time. Without it a callee that is
 * slow gets a multiple of its load, from everybody at once: the retry storm.
 *
 *     calls --(+ratio each, up to the bucket's size)--> [ bucket ] --(-1 each)--> retries
 */
export interface RetryBudget {
  /** Retries it would allow now. */
  readonly available: number;
  /** Counts a call. */
  earn(): void;
  /** Asks for one retry. */
  spend(): boolean;
  /** Takes effect at once; switched on, or with a larger reserve, the reserve is in hand again. */
  setPolicy(policy: RetryBudgetPolicy): void;
  /** As at its creation: the reserve is in hand. */
  reset(): void;
}

/** Sums of ratios miss whole numbers by this little. */
const ROUNDING = 1e-9;

/** Creates a {@link RetryBudget} with its reserve in hand. */
export function createRetryBudget(policy: RetryBudgetPolicy): RetryBudget {
  let tokens = policy.reserve;
  /** Without a reserve it still has to hold what one call earns, and one retry. */
  const size = () => Math.max(policy.reserve, policy.ratio, policy.ratio > 0 ? 1 : 0);
  return {
    get available() {
      return Math.floor(tokens + ROUNDING);
    },
    earn() {
      tokens = Math.min(size(), tokens + policy.ratio);
    },
    spend() {
      if (!policy.enabled) return true;
      if (tokens + ROUNDING < 1) return false;
      tokens = Math.max(0, tokens - 1);
      return true;
    },
    reset() {
      tokens = policy.reserve;
    },
    setPolicy(next) {
      const refill = (next.enabled && !policy.enabled) || next.reserve > policy.reserve;
      policy = next;
      tokens = refill ? size() : Math.min(tokens, size());
    },
  };
}
