import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import {
  createRequestContext,
  enableContext,
  withRequestContext,
} from '../context/request-context.ts';
import {
  createRandom,
  linkPolicySchema,
  patchLinkPolicy,
  systemClock,
  type LinkPolicyPatch,
} from '../core/index.ts';
import { createRecordingTelemetry } from '../testing/recording-telemetry.ts';
import { answerWith, createUpstream, hang, type TestUpstream } from '../testing/upstream.ts';
import { createLinkMetrics } from './link-metrics.ts';
import { createLink } from './link.ts';

/**
 * What can go wrong around a call, all at once. The outermost of the patterns that has a reason to
 * end the call decides how it ends: that is the order.
 */
interface Situation {
  fallback: boolean;
  deadlineSpent: boolean;
  bulkheadFull: boolean;
  breakerOpen: boolean;
  /** Attempts the retry policy allows; 1 is what a switched-off retry amounts to. */
  attempts: number;
  /** Failures in a row that open the breaker during the call. */
  consecutiveFailures: number;
  /** Retries in hand. */
  budget: number;
  /** Whether a slow read is sent to a second instance. */
  hedge: boolean;
  upstream: 'good' | 'bad' | 'hangs' | 'hangs once';
}

function expected(situation: Situation): { end: string; requests: number } {
  const { upstream, attempts, consecutiveFailures, budget } = situation;
  const ends = (): { end: string; requests: number } => {
    if (situation.deadlineSpent) return { end: 'deadline', requests: 0 };
    if (situation.bulkheadFull) return { end: 'bulkhead-full', requests: 0 };
    if (situation.breakerOpen) return { end: 'breaker-open', requests: 0 };
    if (upstream === 'good') return { end: 'ok', requests: 1 };
    const requests = Math.min(attempts, 1 + budget, consecutiveFailures);
    if (upstream === 'hangs once' && (situation.hedge || requests > 1)) {
      return { end: 'ok', requests: 2 };
    }
    return { end: upstream === 'bad' ? 'server-error' : 'timeout', requests };
  };
  const { end, requests } = ends();
  return { end: end !== 'ok' && situation.fallback ? `fallback for ${end}` : end, requests };
}

let upstream: TestUpstream;
beforeAll(async () => {
  enableContext();
  upstream = await createUpstream(hang);
});
afterAll(() => upstream[Symbol.asyncDispose]());

async function observe(situation: Situation): Promise<{ end: string; requests: number }> {
  const { telemetry } = createRecordingTelemetry();
  await using link = createLink({
    caller: 'orders',
    callee: 'payments',
    telemetry,
    metrics: createLinkMetrics(telemetry.metrics),
    clock: systemClock,
    random: createRandom(1),
  });
  const endpoints = ['p-1', 'p-2'].map((instance) => {
    return { instance, host: '127.0.0.1', port: upstream.port, healthy: true };
  });
  const hangsForLong = situation.upstream === 'hangs once' && situation.hedge;
  const hangs = situation.upstream.startsWith('hangs');
  const policy = patchLinkPolicy(linkPolicySchema.parse({}), {
    // Only where it is to strike: a busy machine must not make it strike elsewhere.
    timeout: { attemptMs: hangs && !hangsForLong ? 300 : 60_000 },
    hedge: { enabled: situation.hedge, delayMs: hangs ? 20 : 60_000 },
    ejection: { enabled: false },
    retry: { attempts: situation.attempts, baseDelayMs: 1 },
    retryBudget: { reserve: situation.budget, ratio: 0 },
    breaker: { consecutiveFailures: situation.consecutiveFailures, minimumCalls: 1000 },
    bulkhead: { concurrency: 1, queue: 0 },
  });
  const call = {
    operation: 'read',
    method: 'GET' as const,
    path: '/',
    response: z.object({ id: z.string() }),
  };
  const configure = (patch: LinkPolicyPatch) =>
    link.configure({ endpoints, policy: patchLinkPolicy(policy, patch) });
  upstream.answer = hang;
  if (situation.bulkheadFull) {
    configure({ breaker: { enabled: false }, timeout: { enabled: false } });
    const arrived = upstream.requests.length + 1;
    void link.call({ ...call, method: 'POST' });
    await expect.poll(() => upstream.requests.length, { interval: 1 }).toBe(arrived);
  }
  if (situation.breakerOpen) {
    configure({ breaker: { consecutiveFailures: 1 }, bulkhead: { enabled: false } });
    upstream.answer = answerWith(500, {});
    await link.call({ ...call, method: 'POST' });
    upstream.answer = hang;
  }
  configure({});
  const before = upstream.requests.length;
  if (situation.upstream === 'hangs once') {
    upstream.answer = (given, response) => {
      upstream.answer = answerWith(200, { id: 'a' });
      hang(given, response);
    };
  } else if (situation.upstream !== 'hangs') {
    upstream.answer = answerWith(situation.upstream === 'good' ? 200 : 503, { id: 'a' });
  }
  const left = situation.deadlineSpent ? 0 : undefined;
  const request = createRequestContext(systemClock, 'c', left);
  const outcome = await context.with(withRequestContext(ROOT_CONTEXT, request), () =>
    link.call({ ...call, ...(situation.fallback ? { fallback: () => ({ id: 'f' }) } : {}) }),
  );
  const end =
    outcome.kind === 'fallback'
      ? `fallback for ${outcome.failure.reason}`
      : outcome.kind === 'failed'
        ? outcome.reason
        : outcome.kind;
  return { end, requests: upstream.requests.length - before };
}

test('fallback > deadline > bulkhead > breaker > retry > hedge > timeout, whatever goes wrong at once', async () => {
  const situation = fc.record<Situation>({
    fallback: fc.boolean(),
    deadlineSpent: fc.boolean(),
    bulkheadFull: fc.boolean(),
    breakerOpen: fc.boolean(),
    attempts: fc.integer({ min: 1, max: 4 }),
    consecutiveFailures: fc.integer({ min: 1, max: 4 }),
    budget: fc.integer({ min: 0, max: 3 }),
    hedge: fc.boolean(),
    upstream: fc.constantFrom('good', 'bad', 'hangs', 'hangs once'),
  });
  await fc.assert(
    fc.asyncProperty(situation, async (given) => {
      const observed = await observe(given);
      const wanted = expected(given);
      expect(observed.end).toBe(wanted.end);
      // A request that timed out may not have arrived yet.
      if (!given.upstream.startsWith('hangs')) expect(observed.requests).toBe(wanted.requests);
    }),
    { numRuns: 60 },
  );
});
