import { context, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import type { Pool } from 'undici';
import { currentContext } from '../context/request-context.ts';
import {
  ATTRIBUTE,
  linkPolicySchema,
  type CallOutcomeKind,
  type Clock,
  type LinkConfiguration,
  type LinkPolicy,
  type Random,
} from '../core/index.ts';
import type { CallFailure, CallOutcome, Link, LinkRequest, Telemetry } from '../service.ts';
import { attemptOnce } from './attempt-once.ts';
import { createBalancer } from './balancer.ts';
import { createBreaker } from './breaker.ts';
import { createBulkhead } from './bulkhead.ts';
import { createLinkEvents } from './link-events.ts';
import type { LinkMetrics } from './link-metrics.ts';
import { notSent, type LinkParts } from './link-parts.ts';
import { retryUntilSettled } from './retry.ts';
import { createPool } from './undici-pool.ts';

export interface LinkOptions {
  caller: string;
  callee: string;
  telemetry: Telemetry;
  metrics: LinkMetrics;
  clock: Clock;
  random: Random;
}

/** A link with the handles that only the runtime needs. */
export interface LinkRuntime extends Link, AsyncDisposable {
  /** Endpoints and policies from the registry; calls that begin from now on use them. */
  configure(configuration: Pick<LinkConfiguration, 'endpoints' | 'policy'>): void;
}

/**
 * Creates the guarded client of one link. Around a call, outermost first:
 *
 *     fallback > deadline > bulkhead > breaker > retry > timeout
 *
 * The fallback sees every failure. The deadline is checked before anything is queued and bounds
 * what is inside. The bulkhead holds one place for a call with all of its attempts. The breaker
 * admits each attempt, so retries feed it and its opening ends them. The timeout bounds one attempt.
 */
export function createLink(options: LinkOptions): LinkRuntime {
  const { caller, callee, telemetry, metrics, clock, random } = options;
  const name = `${caller}->${callee}`;
  let policy: LinkPolicy = linkPolicySchema.parse({});
  const nowMs = () => clock.monotonicMs();
  const events = createLinkEvents(telemetry, name);
  const pools = new Map<string, Pool>();
  const parts: LinkParts = {
    name,
    callee,
    telemetry,
    clock,
    random,
    events,
    metrics,
    balancer: createBalancer(nowMs),
    breaker: createBreaker({ policy: policy.breaker, nowMs, changed: events.breakerChanged }),
    bulkhead: createBulkhead(policy.bulkhead),
    poolOf(host, port) {
      const key = `${host}:${port}`;
      let pool = pools.get(key);
      if (!pool) pools.set(key, (pool = createPool(host, port)));
      return pool;
    },
  };
  metrics.observe(name, parts);
  return {
    name,
    call: (request) => callInSpan(parts, policy, request),
    configure(configuration) {
      policy = configuration.policy;
      parts.breaker.setPolicy(policy.breaker);
      parts.bulkhead.setPolicy(policy.bulkhead);
      parts.balancer.setEndpoints(configuration.endpoints);
      const wanted = new Set(configuration.endpoints.map(({ host, port }) => `${host}:${port}`));
      for (const [key, pool] of pools) {
        if (wanted.has(key)) continue;
        pools.delete(key);
        // Waits for the requests under way: an instance that leaves may still answer them.
        void pool.close();
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}

async function callInSpan<Body>(
  parts: LinkParts,
  policy: LinkPolicy,
  request: LinkRequest<Body>,
): Promise<CallOutcome<Body>> {
  const span = parts.telemetry.tracer.startSpan(`call ${request.operation}`, {
    attributes: { [ATTRIBUTE.peerService]: parts.callee },
  });
  return context.with(trace.setSpan(context.active(), span), async () => {
    try {
      const outcome = await answerOrFallBack(parts, policy, request);
      finish(parts, span, outcome);
      return outcome;
    } finally {
      span.end();
    }
  });
}

function finish(parts: LinkParts, span: Span, outcome: CallOutcome<unknown>): void {
  const kind: CallOutcomeKind = outcome.kind === 'failed' ? outcome.reason : outcome.kind;
  const attempts = outcome.kind === 'fallback' ? outcome.failure.attempts : outcome.attempts;
  span.setAttribute(ATTRIBUTE.outcome, kind);
  span.setAttribute(ATTRIBUTE.attempts, attempts);
  if (outcome.kind === 'failed') {
    span.setAttribute('error.type', outcome.reason);
    span.setStatus({ code: SpanStatusCode.ERROR, message: outcome.detail });
  }
  parts.metrics.calls.inc({ link: parts.name, outcome: kind });
}

async function answerOrFallBack<Body>(
  parts: LinkParts,
  policy: LinkPolicy,
  request: LinkRequest<Body>,
): Promise<CallOutcome<Body>> {
  const outcome = await withinDeadline(parts, policy, request);
  if (outcome.kind !== 'failed' || !policy.fallback.enabled) return outcome;
  const body = await request.fallback?.(outcome);
  if (body === undefined) return outcome;
  parts.events.fallbackUsed(outcome);
  return { kind: 'fallback', body, failure: outcome };
}

async function withinDeadline<Body>(
  parts: LinkParts,
  policy: LinkPolicy,
  request: LinkRequest<Body>,
): Promise<CallOutcome<Body>> {
  const leftMs = () => currentContext()?.deadlineLeftMs() ?? Infinity;
  if (leftMs() <= 0) return outOfTime(parts, 'Budget spent before the call');
  const admission = await parts.bulkhead.enter(leftMs());
  switch (admission.kind) {
    case 'full':
      parts.events.bulkheadRejected();
      return notSent('bulkhead-full', `${parts.bulkhead.inFlight} calls in flight`);
    case 'waited-too-long':
      return outOfTime(parts, 'Budget spent while waiting for a place');
    case 'entered':
      break;
  }
  try {
    if (leftMs() <= 0) return outOfTime(parts, 'Budget spent while waiting for a place');
    return await retryUntilSettled(parts, policy, request, leftMs, (attempt, avoid) =>
      attemptOnce(parts, policy, request, { attempt, avoid, leftMs: leftMs() }),
    );
  } finally {
    admission.leave();
  }
}

function outOfTime(parts: LinkParts, detail: string): CallFailure {
  parts.events.deadlineExceeded();
  return notSent('deadline', detail);
}
