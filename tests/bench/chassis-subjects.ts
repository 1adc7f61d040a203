import type { Link } from '@faultline/chassis';
import {
  bulkhead,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  SamplingBreaker,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import CircuitBreaker from 'opossum';
import type { Pool } from 'undici';
import { z } from 'zod';

/** What calls, by name: all of them send the same GET and read the same JSON. */
export type Subjects = Readonly<Record<'bare' | 'chassis' | 'opossum' | 'cockatiel', Call>>;

type Call = () => Promise<unknown>;

const PATH = '/charges/1';
const answer = z.object({ id: z.string(), state: z.string(), amount: z.number() });

/**
 * The four callers, with the limits that the chassis has by default: timeout 1 s, 3 attempts, a
 * breaker over 10 s, 20 calls at a time and 20 waiting.
 */
export function createSubjects(link: Link, pool: Pool): Subjects {
  const bare = async (signal?: AbortSignal): Promise<unknown> => {
    const { body } = await pool.request({
      method: 'GET',
      path: PATH,
      ...(signal ? { signal } : {}),
    });
    return body.json();
  };
  return {
    bare: () => bare(),
    chassis: () => guarded(link),
    opossum: withOpossum(bare),
    cockatiel: withCockatiel(bare),
  };
}

async function guarded(link: Link): Promise<unknown> {
  const outcome = await link.call({
    operation: 'read charge',
    method: 'GET',
    path: PATH,
    response: answer,
  });
  if (outcome.kind !== 'ok') throw new Error(`outcome: ok, received ${JSON.stringify(outcome)}`);
  return outcome.body;
}

/** Breaker, timeout and a limit of calls in flight; it has no retry. */
function withOpossum(call: Call): Call {
  const breaker = new CircuitBreaker(() => call(), {
    timeout: 1000,
    errorThresholdPercentage: 50,
    volumeThreshold: 20,
    rollingCountTimeout: 10_000,
    resetTimeout: 10_000,
    capacity: 20,
  });
  return () => breaker.fire();
}

function withCockatiel(call: (signal: AbortSignal) => Promise<unknown>): Call {
  const policy = wrap(
    bulkhead(20, 20),
    circuitBreaker(handleAll, {
      halfOpenAfter: 10_000,
      breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000 }),
    }),
    retry(handleAll, { maxAttempts: 2, backoff: new ExponentialBackoff() }),
    timeout(1000, TimeoutStrategy.Cooperative),
  );
  return () => policy.execute(({ signal }) => call(signal));
}
