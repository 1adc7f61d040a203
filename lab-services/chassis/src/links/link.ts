import { context, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { currentContext } from '../context/request-context.ts';
import {
  ATTRIBUTE,
  linkPolicySchema,
  type CallOutcomeKind,
  type Clock,
  type Endpoint,
  type LinkConfiguration,
  type LinkPolicy,
  type Random,
} from '../core/index.ts';
import type {
  CallFailure,
  CallOutcome,
  Link,
  LinkRequest,
  Telemetry,
  UnaryRequest,
} from '../service.ts';
import type { CredentialsOf } from '../security/outbound.ts';
import type { ClientTls } from '../transport/client-tls.ts';
import { createBalancer } from './balancer.ts';
import { createBreaker } from './breaker.ts';
import { createBulkhead } from './bulkhead.ts';
import { exchange, type Exchange } from './exchange.ts';
import { toForwardOutcome, toGuardedRequest, type GuardedRequest } from './forward.ts';
import { attemptHedged } from './hedge.ts';
import { createLinkEvents } from './link-events.ts';
import type { LinkMetrics } from './link-metrics.ts';
import { notSent, type LinkParts } from './link-parts.ts';
import { createRpcChannels } from '../rpc/client.ts';
import { createPools } from './pools.ts';
import { createRetryBudget } from './retry-budget.ts';
import { retryUntilSettled } from './retry.ts';
import { createStreams, type Streams } from './streams.ts';

export interface LinkOptions {
  caller: string;
  callee: string;
  telemetry: Telemetry;
  metrics: LinkMetrics;
  clock: Clock;
  random: Random;
  /** See `LinkParts`. */
  credentialsOf?: CredentialsOf | undefined;
  /** Without it every connection is plaintext. */
  clientTls?: ClientTls | undefined;
}

/** A link with the handles that only the runtime needs. */
export interface LinkRuntime extends Link, AsyncDisposable {
  /** Endpoints and policies from the registry; calls that begin from now on use them. */
  configure(
    configuration: Pick<LinkConfiguration, 'endpoints' | 'policy'> & Partial<LinkConfiguration>,
  ): void;
  /** As at its creation: breaker, budget and ejections; streams begin anew. Policies stay. */
  reset(): void;
  /** Asks an instance whether it is ready, past all policies. */
  probe(endpoint: Endpoint, timeoutMs: number): Promise<Exchange>;
}

/**
 * Creates the guarded client of one link. Around a call, outermost first:
 *
 *     fallback > deadline > bulkhead > breaker > retry > hedge > timeout
 *
 * The fallback sees every failure. The deadline is checked before anything is queued and bounds
 * what is inside. The bulkhead holds one place for a call with all of its attempts. The breaker
 * admits each attempt, so retries feed it and its opening ends them; the budget holds retries to a share of
 * the calls. A hedge is a second attempt beside the first. The timeout bounds one attempt.
 */
export function createLink(options: LinkOptions): LinkRuntime {
  const { caller, callee, telemetry, metrics, clock, random } = options;
  const name = `${caller}->${callee}`;
  let policy: LinkPolicy = linkPolicySchema.parse({});
  const nowMs = () => clock.monotonicMs();
  const events = createLinkEvents(telemetry, name);
  const pools = createPools(callee, options.clientTls);
  const rpc = createRpcChannels(callee, options.clientTls);
  const parts: LinkParts = {
    name,
    callee,
    telemetry,
    clock,
    random,
    events,
    metrics,
    credentialsOf: options.credentialsOf,
    balancer: createBalancer({ policy: policy.ejection, nowMs, ejected: events.instanceEjected }),
    breaker: createBreaker({ policy: policy.breaker, nowMs, changed: events.breakerChanged }),
    bulkhead: createBulkhead(policy.bulkhead),
    retryBudget: createRetryBudget(policy.retryBudget),
    poolOf: (host, port) => pools.of(host, port),
    rpc,
  };
  metrics.observe(name, parts);
  const streams = createStreams(parts, () => policy);
  return {
    name,
    call: (request) => callInSpan(parts, policy, request),
    unary: (request) => callInSpan(parts, policy, overRpc(request)),
    stream: (request) => streams.open(request),
    forward: async (request) =>
      toForwardOutcome(await callInSpan(parts, policy, toGuardedRequest(request))),
    probe: ({ host, port }, timeoutMs) =>
      exchange(parts.poolOf(host, port), {
        method: 'GET',
        path: '/ready',
        headers: {},
        body: undefined,
        timeoutMs,
      }),
    configure(configuration) {
      policy = configuration.policy;
      parts.breaker.setPolicy(policy.breaker);
      parts.bulkhead.setPolicy(policy.bulkhead);
      parts.retryBudget.setPolicy(policy.retryBudget);
      parts.balancer.setPolicy(policy.ejection);
      parts.balancer.setEndpoints(configuration.endpoints);
      pools.configure(configuration);
      if (rpc.configure(configuration.tls ?? 'none')) streams.reopen();
    },
    reset: () => beginAnew(parts, streams),
    async [Symbol.asyncDispose]() {
      streams[Symbol.dispose]();
      rpc[Symbol.dispose]();
      await pools[Symbol.asyncDispose]();
    },
  };
}

function beginAnew({ breaker, retryBudget, balancer }: LinkParts, streams: Streams): void {
  for (const part of [breaker, retryBudget, balancer]) part.reset();
  streams.reopen();
}

function overRpc<Body>(request: UnaryRequest<Body>): GuardedRequest<Body> {
  const { call, idempotent, ...rest } = request;
  return { ...rest, method: idempotent ? 'PUT' : 'POST', path: '/', rpc: call };
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
  const leftMs = () =>
    policy.deadline.enabled ? (currentContext()?.deadlineLeftMs() ?? Infinity) : Infinity;
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
    const shown = await withCredentials(parts, request, leftMs());
    if ('kind' in shown) return shown;
    return await retryUntilSettled(parts, policy, shown, leftMs, (attempt, avoid) =>
      attemptHedged(parts, policy, shown, { attempt, avoid, leftMs }),
    );
  } finally {
    admission.leave();
  }
}

/** The request with what shows who calls, or why there is nothing to show: then it is not made. */
async function withCredentials<Body>(
  { credentialsOf, callee }: LinkParts,
  request: GuardedRequest<Body>,
  leftMs: number,
): Promise<GuardedRequest<Body> | CallFailure> {
  if (request.forwarded) return request;
  const { authorization } = request;
  if (authorization !== undefined || !credentialsOf) {
    return authorization ? { ...request, credentials: { authorization } } : request;
  }
  const credentials = await credentialsOf(callee, leftMs);
  return credentials.kind === 'unavailable'
    ? notSent('connection', credentials.detail)
    : { ...request, credentials: credentials.headers };
}

function outOfTime(parts: LinkParts, detail: string): CallFailure {
  parts.events.deadlineExceeded();
  return notSent('deadline', detail);
}
