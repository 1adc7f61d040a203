import { trace } from '@opentelemetry/api';
import type { LinkPolicy } from '../core/index.ts';
import type { CallOutcome, LinkRequest } from '../service.ts';
import { isRepeatable, type AttemptOutcome } from './attempt.ts';
import { backoffMs } from './backoff.ts';
import { notSent, type AttemptReport, type LinkParts } from './link-parts.ts';

const IDEMPOTENT = new Set(['GET', 'PUT', 'DELETE']);

/**
 * Makes attempts until one settles the call, the policy's number is used up, the breaker refuses,
 * or the next one could not begin before the deadline (or only after the longest pause, when the
 * callee asked for more).
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
  for (let attempt = 1; ; attempt++) {
    const report = await attemptOnce(attempt, avoid);
    if (report.kind === 'breaker-open') {
      parts.events.breakerRejected();
      if (!last) return notSent('breaker-open', `The breaker of ${parts.name} is open`);
      return toCallOutcome(last, attempt - 1, maybeReceived);
    }
    last = report.outcome;
    avoid = report.instance;
    if (last.kind === 'failed') maybeReceived ||= last.maybeReceived;
    if (attempt >= limit || !isRepeatable(last)) return toCallOutcome(last, attempt, maybeReceived);
    const retryAfterMs = last.kind === 'ok' ? undefined : last.retryAfterMs;
    const delayMs = Math.round(backoffMs(policy.retry, attempt, parts.random, retryAfterMs));
    if (delayMs > policy.retry.maxDelayMs || delayMs >= leftMs()) {
      return toCallOutcome(last, attempt, maybeReceived);
    }
    parts.events.retryScheduled(attempt + 1, delayMs);
    parts.metrics.retries.inc({ link: parts.name });
    trace.getActiveSpan()?.addEvent('resilience.backoff', { delay_ms: delayMs });
    await parts.clock.sleep(delayMs);
    if (leftMs() <= 0) return toCallOutcome(last, attempt, maybeReceived);
  }
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
      return { kind: 'refused', status: outcome.status, problem: outcome.problem, attempts };
    case 'failed':
      return {
        kind: 'failed',
        reason: outcome.reason,
        maybeReceived,
        attempts,
        detail: outcome.detail,
      };
  }
}
