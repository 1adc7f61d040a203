import type { ServicePatternPolicy } from '../core/index.ts';

export type RateLimitPolicy = ServicePatternPolicy<'rateLimit'>;

/** What a bucket says to one request. */
export interface RateDecision {
  allowed: boolean;
  /** Requests the client could make at once after this one. */
  remaining: number;
  /** Seconds until the bucket is full again, rounded up. */
  fullInS: number;
  /** Seconds until the next request is allowed, rounded up; 0 if it is allowed now. */
  retryInS: number;
}

/** One token bucket per client: `burst` at once, `requestsPerS` in the long run. */
export interface RateLimiter {
  /** Takes a token from the bucket of `client`, if there is one. */
  take(client: string, policy: RateLimitPolicy): RateDecision;
  /** Forgets all clients: their buckets are full again. */
  clear(): void;
  /** Clients that are remembered. */
  readonly size: number;
}

/** So many clients are remembered, those that asked last: a new name costs nobody's memory. */
export const LARGEST_NUMBER_OF_CLIENTS = 10_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/** @param nowMs monotonic time, milliseconds */
export function createRateLimiter(nowMs: () => number): RateLimiter {
  /** In the order of last use. */
  const buckets = new Map<string, Bucket>();

  return {
    get size() {
      return buckets.size;
    },
    clear: () => buckets.clear(),
    take(client, { requestsPerS, burst }) {
      const now = nowMs();
      const bucket = buckets.get(client) ?? { tokens: burst, atMs: now };
      const earned = ((now - bucket.atMs) / 1000) * requestsPerS;
      let tokens = Math.min(burst, bucket.tokens + earned);
      const allowed = tokens >= 1;
      if (allowed) tokens--;
      buckets.delete(client);
      buckets.set(client, { tokens, atMs: now });
      if (buckets.size > LARGEST_NUMBER_OF_CLIENTS) buckets.delete(buckets.keys().next().value!);
      return {
        allowed,
        remaining: Math.floor(tokens),
        fullInS: Math.ceil((burst - tokens) / requestsPerS),
        retryInS: tokens >= 1 ? 0 : Math.ceil((1 - tokens) / requestsPerS),
      };
    },
  };
}
