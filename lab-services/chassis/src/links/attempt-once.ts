import { context, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { contextHeaders, currentContext } from '../context/request-context.ts';
import { ATTRIBUTE, CANCELLED, HEADER, type LinkPolicy } from '../core/index.ts';
import type { LinkRequest } from '../service.ts';
import { injectTrace } from '../telemetry/trace-context.ts';
import { interpret, type AttemptOutcome } from './attempt.ts';
import type { Target } from './balancer.ts';
import type { Permit } from './breaker.ts';
import type { AttemptVerdict } from './evidence-window.ts';
import { exchange } from './exchange.ts';
import { outgoingHeaders, type GuardedRequest } from './forward.ts';
import type { LinkParts, MadeAttempt } from './link-parts.ts';
import { attemptLimit } from './retry.ts';

/** What the callee gets less than the caller has: the way there and back takes time, too. */
const DEADLINE_MARGIN_MS = 5;

export interface AttemptSituation {
  /** From 1. */
  attempt: number;
  /** Instance of the attempt before. */
  avoid: string | undefined;
  /** Budget left, milliseconds. */
  leftMs: () => number;
}

/** An attempt that the breaker admitted, with the instance it goes to. */
export interface AdmittedAttempt {
  attempt: number;
  leftMs: number;
  permit: Permit;
  target: Target | undefined;
}

/** Asks the breaker and picks an instance; undefined if the breaker is open. */
export function admitAttempt(
  parts: LinkParts,
  { attempt, avoid, leftMs }: AttemptSituation,
): AdmittedAttempt | undefined {
  const permit = parts.breaker.admit();
  return permit && { attempt, leftMs: leftMs(), permit, target: parts.balancer.pick(avoid) };
}

/**
 * Makes an admitted attempt: sends, reads, counts.
 *
 * @param signal calls it off; it then says nothing about the callee
 * @returns undefined if it was called off
 */
export async function makeAttempt<Body>(
  parts: LinkParts,
  policy: LinkPolicy,
  request: GuardedRequest<Body>,
  admitted: AdmittedAttempt,
  signal?: AbortSignal,
): Promise<MadeAttempt<Body> | undefined> {
  const { permit, target } = admitted;
  const startedMs = parts.clock.monotonicMs();
  const span = startAttemptSpan(parts, policy, request, admitted);
  let verdict: AttemptVerdict | undefined;
  let outcome: AttemptOutcome<Body> | undefined;
  try {
    outcome = await send(parts, policy, request, admitted, span, signal);
    const tookMs = parts.clock.monotonicMs() - startedMs;
    // That no instance is known tells nothing about the callee: its first one must not find an
    // open breaker.
    verdict = target && outcome && judge(outcome, tookMs, policy.breaker.slowCallMs);
    endAttempt(parts, request, admitted, span, outcome, tookMs);
  } finally {
    permit.settle(verdict);
    target?.release(verdict && verdict !== 'failure');
    span.end();
  }
  if (!outcome) return undefined;
  const maybeReceived = outcome.kind === 'failed' && outcome.maybeReceived;
  return { kind: 'made', outcome, instance: target?.endpoint.instance, attempts: 1, maybeReceived };
}

async function send<Body>(
  parts: LinkParts,
  policy: LinkPolicy,
  request: GuardedRequest<Body>,
  { leftMs, target }: AdmittedAttempt,
  span: Span,
  signal: AbortSignal | undefined,
): Promise<AttemptOutcome<Body> | undefined> {
  if (!target) {
    const detail = `No instance of ${parts.callee} is known`;
    return { kind: 'failed', reason: 'connection', maybeReceived: false, detail };
  }
  const policyMs = policy.timeout.enabled
    ? Math.min(policy.timeout.attemptMs, request.timeoutMs ?? Infinity)
    : Infinity;
  const timeoutMs = Math.max(0, Math.min(policyMs, leftMs));
  const budgetMs = policy.deadline.enabled ? timeoutMs - DEADLINE_MARGIN_MS : Infinity;
  const { forwarded } = request;
  const headers = {
    ...(forwarded ? outgoingHeaders(forwarded) : {}),
    ...request.credentials,
    ...contextHeaders(currentContext(), budgetMs),
  };
  injectTrace(trace.setSpan(context.active(), span), headers);
  if (request.idempotencyKey) headers[HEADER.idempotencyKey] = request.idempotencyKey;
  const body = bodyOf(request);
  if (body.type) headers['content-type'] = body.type;
  const { host, port } = target.endpoint;
  const result = request.rpc
    ? await parts.rpc.exchange({ host, port, call: request.rpc, headers, timeoutMs, signal })
    : await exchange(parts.poolOf(host, port), {
        method: request.method,
        path: request.query
          ? `${request.path}?${new URLSearchParams(request.query).toString()}`
          : request.path,
        headers,
        body: body.content,
        timeoutMs,
        signal,
      });
  if (result.kind === 'cancelled') return undefined;
  const reading = forwarded
    ? 'verbatim'
    : { schema: request.response, checked: policy.contract.enabled };
  return interpret(result, reading, parts.clock.now(), leftMs < policyMs);
}

function bodyOf({ forwarded, form, body }: GuardedRequest<unknown>): {
  type?: string;
  content: string | Buffer | undefined;
} {
  if (forwarded) return { content: forwarded.body };
  if (form) {
    const content = new URLSearchParams(form).toString();
    return { type: 'application/x-www-form-urlencoded', content };
  }
  if (body === undefined) return { content: undefined };
  return { type: 'application/json', content: JSON.stringify(body) };
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
  request: GuardedRequest<unknown>,
  { attempt, leftMs, target }: AdmittedAttempt,
): Span {
  const { rpc } = request;
  const name = rpc ? `${rpc.service}/${rpc.method}` : `${request.method} ${request.operation}`;
  return parts.telemetry.tracer.startSpan(name, {
    kind: SpanKind.CLIENT,
    attributes: {
      [ATTRIBUTE.peerService]: parts.callee,
      ...(rpc
        ? { 'rpc.system': 'grpc', 'rpc.service': rpc.service, 'rpc.method': rpc.method }
        : { 'http.request.method': request.method }),
      [ATTRIBUTE.attempt]: attempt,
      [ATTRIBUTE.maxAttempts]: Math.max(attempt, attemptLimit(policy, request)),
      ...(target ? { 'server.address': target.endpoint.instance } : {}),
      ...(Number.isFinite(leftMs) ? { [ATTRIBUTE.deadlineLeftMs]: Math.round(leftMs) } : {}),
    },
  });
}

function endAttempt(
  parts: LinkParts,
  request: LinkRequest<unknown>,
  { attempt }: AdmittedAttempt,
  span: Span,
  outcome: AttemptOutcome<unknown> | undefined,
  tookMs: number,
): void {
  const kind = outcome?.kind === 'failed' ? outcome.reason : (outcome?.kind ?? CANCELLED);
  span.setAttribute(ATTRIBUTE.outcome, kind);
  if (outcome?.status !== undefined) {
    span.setAttribute('http.response.status_code', outcome.status);
  }
  if (outcome?.kind === 'failed') {
    span.setAttribute('error.type', outcome.reason);
    span.setStatus({ code: SpanStatusCode.ERROR, message: outcome.detail });
    if (outcome.reason === 'timeout') parts.events.attemptTimedOut(attempt);
    if (outcome.reason === 'deadline') parts.events.deadlineExceeded();
  }
  const labels = { link: parts.name, operation: request.operation, outcome: kind };
  parts.metrics.attempts.observe(labels, tookMs / 1000);
}
