import { context, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { contextHeaders, currentContext } from '../context/request-context.ts';
import { ATTRIBUTE, HEADER, type CallOutcomeKind, type LinkPolicy } from '../core/index.ts';
import type { LinkRequest } from '../service.ts';
import { injectTrace } from '../telemetry/trace-context.ts';
import { interpret, type AttemptOutcome } from './attempt.ts';
import type { Target } from './balancer.ts';
import type { AttemptVerdict } from './evidence-window.ts';
import { exchange } from './exchange.ts';
import type { AttemptReport, LinkParts } from './link-parts.ts';
import { attemptLimit } from './retry.ts';

/** What the callee gets less than the caller has: the way there and back takes time, too. */
const DEADLINE_MARGIN_MS = 5;

export interface AttemptSituation {
  /** From 1. */
  attempt: number;
  /** Instance of the attempt before. */
  avoid: string | undefined;
  /** Budget left, milliseconds. */
  leftMs: number;
}

/** Makes one attempt if the breaker admits it: picks an instance, sends, reads, counts. */
export async function attemptOnce<Body>(
  parts: LinkParts,
  policy: LinkPolicy,
  request: LinkRequest<Body>,
  situation: AttemptSituation,
): Promise<AttemptReport<Body>> {
  const permit = parts.breaker.admit();
  if (!permit) return { kind: 'breaker-open' };
  const startedMs = parts.clock.monotonicMs();
  const target = parts.balancer.pick(situation.avoid);
  const span = startAttemptSpan(parts, policy, request, situation, target);
  let verdict: AttemptVerdict | undefined;
  let outcome: AttemptOutcome<Body>;
  try {
    outcome = await send(parts, policy, request, situation, target, span);
    const tookMs = parts.clock.monotonicMs() - startedMs;
    // That no instance is known tells nothing about the callee: its first one must not find an
    // open breaker.
    verdict = target && judge(outcome, tookMs, policy.breaker.slowCallMs);
    endAttempt(parts, request, situation, span, outcome, tookMs);
  } finally {
    permit.settle(verdict);
    target?.release(verdict && verdict !== 'failure');
    span.end();
  }
  return { kind: 'made', outcome, instance: target?.endpoint.instance };
}

async function send<Body>(
  parts: LinkParts,
  policy: LinkPolicy,
  request: LinkRequest<Body>,
  situation: AttemptSituation,
  target: Target | undefined,
  span: Span,
): Promise<AttemptOutcome<Body>> {
  if (!target) {
    const detail = `No instance of ${parts.callee} is known`;
    return { kind: 'failed', reason: 'connection', maybeReceived: false, detail };
  }
  const policyMs = policy.timeout.enabled
    ? Math.min(policy.timeout.attemptMs, request.timeoutMs ?? Infinity)
    : Infinity;
  const timeoutMs = Math.max(0, Math.min(policyMs, situation.leftMs));
  const headers = contextHeaders(currentContext(), timeoutMs - DEADLINE_MARGIN_MS);
  injectTrace(trace.setSpan(context.active(), span), headers);
  if (request.idempotencyKey) headers[HEADER.idempotencyKey] = request.idempotencyKey;
  if (request.body !== undefined) headers['content-type'] = 'application/json';
  const { host, port } = target.endpoint;
  const result = await exchange(parts.poolOf(host, port), {
    method: request.method,
    path: request.query
      ? `${request.path}?${new URLSearchParams(request.query).toString()}`
      : request.path,
    headers,
    body: request.body === undefined ? undefined : JSON.stringify(request.body),
    timeoutMs,
  });
  return interpret(result, request.response, parts.clock.now(), situation.leftMs < policyMs);
}

/**
 * What the attempt tells about the callee. One that the caller's deadline cut short tells nothing,
 * unless it had as much time as a good call needs.
 */
function judge(
  outcome: AttemptOutcome<unknown>,
  tookMs: number,
  slowCallMs: number,
): AttemptVerdict | undefined {
  const slow = tookMs >= slowCallMs;
  if (outcome.kind !== 'failed') return slow ? 'slow' : 'success';
  if (outcome.reason === 'deadline') return slow ? 'failure' : undefined;
  return 'failure';
}

function startAttemptSpan(
  parts: LinkParts,
  policy: LinkPolicy,
  request: LinkRequest<unknown>,
  { attempt, leftMs }: AttemptSituation,
  target: Target | undefined,
): Span {
  return parts.telemetry.tracer.startSpan(`${request.method} ${request.operation}`, {
    kind: SpanKind.CLIENT,
    attributes: {
      [ATTRIBUTE.peerService]: parts.callee,
      'http.request.method': request.method,
      [ATTRIBUTE.attempt]: attempt,
      [ATTRIBUTE.maxAttempts]: attemptLimit(policy, request),
      ...(target ? { 'server.address': target.endpoint.instance } : {}),
      ...(Number.isFinite(leftMs) ? { [ATTRIBUTE.deadlineLeftMs]: Math.round(leftMs) } : {}),
    },
  });
}

function endAttempt(
  parts: LinkParts,
  request: LinkRequest<unknown>,
  { attempt }: AttemptSituation,
  span: Span,
  outcome: AttemptOutcome<unknown>,
  tookMs: number,
): void {
  const kind: CallOutcomeKind = outcome.kind === 'failed' ? outcome.reason : outcome.kind;
  span.setAttribute(ATTRIBUTE.outcome, kind);
  if (outcome.status !== undefined) {
    span.setAttribute('http.response.status_code', outcome.status);
  }
  if (outcome.kind === 'failed') {
    span.setAttribute('error.type', outcome.reason);
    span.setStatus({ code: SpanStatusCode.ERROR, message: outcome.detail });
    if (outcome.reason === 'timeout') parts.events.attemptTimedOut(attempt);
    if (outcome.reason === 'deadline') parts.events.deadlineExceeded();
  }
  const labels = { link: parts.name, operation: request.operation, outcome: kind };
  parts.metrics.attempts.observe(labels, tookMs / 1000);
}
