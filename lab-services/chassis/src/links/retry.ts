import { trace } from '@opentelemetry/api';
import type { LinkPolicy } from '../core/index.ts';
import type { CallOutcome, ForwardedAnswer, LinkRequest } from '../service.ts';
import { isRepeatable, type AttemptOutcome } from './attempt.ts';
import { backoffMs } from './backoff.ts';
import { notSent, type AttemptReport, type LinkParts } from './link-parts.ts';

const IDEMPOTENT = new Set(['GET', 'PUT', 'DELETE']);

/**
 * Makes attempts until one settles the call, the policy's number is used up, the breaker or the
 * retry budget refuses, or the next one could not begin before the deadline (or only after the
 * longest pause, when the callee asked for more). A refused retry ends the call with the failure
 * there was.
 *
 * @param attemptOnce makes attempt number `attempt`, if it can not on the instance `avoid`
 */
export async function retryUntilSettled<Body>(
  parts: LinkParts,
  policy: LinkPolicy,
  request: LinkRequest<Body>,
  leftMs: () => number,
  attemptOnce: (attempt: number, avoid?: string) => Promise<AttemptReport<Body>>,
): Promise<CallOutcome<Body>> {
  const limit = attemptLimit(policy, request);
  let maybeReceived = false;
  let last: AttemptOutcome<Body> | undefined;
  let avoid: string | undefined;
  for (let made = 0; ;) {
    const report = await attemptOnce(made + 1, avoid);
    if (report.kind === 'breaker-open') {
      parts.events.breakerRejected();
      if (!last) return notSent('breaker-open', `The breaker of ${parts.name} is open`);
      return toCallOutcome(last, made, maybeReceived);
    }
    if (made === 0) parts.retryBudget.earn();
    made += report.attempts;
    last = report.outcome;
    avoid = report.instance;
    maybeReceived ||= report.maybeReceived;
    if (made >= limit || !isRepeatable(last)) return toCallOutcome(last, made, maybeReceived);
    const retryAfterMs = last.kind === 'ok' ? undefined : last.retryAfterMs;
    const delayMs = Math.round(backoffMs(policy.retry, made, parts.random, retryAfterMs));
    if (delayMs > policy.retry.maxDelayMs || delayMs >= leftMs() || !mayRetry(parts)) {
      return toCallOutcome(last, made, maybeReceived);
    }
    parts.events.retryScheduled(made + 1, delayMs);
    parts.metrics.retries.inc({ link: parts.name });
    trace.getActiveSpan()?.addEvent('resilience.backoff', { delay_ms: delayMs });
    await parts.clock.sleep(delayMs);
    if (leftMs() <= 0) return toCallOutcome(last, made, maybeReceived);
  }
}

/** Takes a retry from the link's budget; tells when there is none. */
function mayRetry(parts: LinkParts): boolean {
  if (parts.retryBudget.spend()) return true;
  parts.events.retryBudgetSpent();
  parts.metrics.retriesRefused.inc({ link: parts.name });
  return false;
}

/** Attempts in all: one where repeating could do harm, or where retries are switched off. */
export function attemptLimit(policy: LinkPolicy, request: LinkRequest<unknown>): number {
  const idempotent = IDEMPOTENT.has(request.method) || request.idempotencyKey !== undefined;
  return policy.retry.enabled && idempotent ? policy.retry.attempts : 1;
}

function toCallOutcome<Body>(
  outcome: AttemptOutcome<Body>,
  attempts: number,
  maybeReceived: boolean,
): CallOutcome<Body> {
  switch (outcome.kind) {
    case 'ok':
      return { kind: 'ok', status: outcome.status, body: outcome.body, attempts };
    case 'refused':
      return {
        kind: 'refused',
        status: outcome.status,
        problem: outcome.problem,
        attempts,
        ...withAnswer(outcome),
      };
    case 'failed':
      return {
        kind: 'failed',
        reason: outcome.reason,
        maybeReceived,
        attempts,
        detail: outcome.detail,
        ...withAnswer(outcome),
      };
  }
}

function withAnswer({ answer }: { answer?: ForwardedAnswer }): { answer?: ForwardedAnswer } {
  return answer ? { answer } : {};
}
