import { ATTRIBUTE, EVENT } from '../core/index.ts';
import type { CallFailure, Telemetry } from '../service.ts';
import type { BreakerChange } from './breaker.ts';

/** What a link reports, each thing once. */
export interface LinkEvents {
  readonly breakerChanged: (change: BreakerChange) => void;
  breakerRejected(): void;
  retryScheduled(attempt: number, delayMs: number): void;
  bulkheadRejected(): void;
  attemptTimedOut(attempt: number): void;
  deadlineExceeded(): void;
  fallbackUsed(failure: CallFailure): void;
  retryBudgetSpent(): void;
  hedgeSent(delayMs: number): void;
  readonly instanceEjected: (ejection: { instance: string; failures: number }) => void;
}

/** The events of one link, on their way to log and span. */
export function createLinkEvents(telemetry: Telemetry, link: string): LinkEvents {
  const base = { [ATTRIBUTE.link]: link };
  return {
    breakerChanged: ({ from, to, reason, evidence }) =>
      telemetry.event(
        EVENT.breakerStateChanged,
        {
          ...base,
          [ATTRIBUTE.breakerFrom]: from,
          [ATTRIBUTE.breakerTo]: to,
          [ATTRIBUTE.breakerReason]: reason,
          [ATTRIBUTE.breakerWindowMs]: evidence.windowMs,
          [ATTRIBUTE.breakerCalls]: evidence.calls,
          [ATTRIBUTE.breakerFailures]: evidence.failures,
          [ATTRIBUTE.breakerSlow]: evidence.slow,
        },
        `breaker of ${link} is ${to}: ${reason}`,
      ),
    breakerRejected: () =>
      telemetry.event(EVENT.breakerRejected, base, `open breaker of ${link} refused a call`),
    retryScheduled: (attempt, delayMs) =>
      telemetry.event(
        EVENT.retryScheduled,
        { ...base, [ATTRIBUTE.attempt]: attempt, delay_ms: delayMs },
        `attempt ${attempt} on ${link} follows in ${delayMs} ms`,
      ),
    bulkheadRejected: () =>
      telemetry.event(EVENT.bulkheadRejected, base, `full bulkhead of ${link} refused a call`),
    attemptTimedOut: (attempt) =>
      telemetry.event(
        EVENT.attemptTimedOut,
        { ...base, [ATTRIBUTE.attempt]: attempt },
        `attempt ${attempt} on ${link} timed out`,
      ),
    deadlineExceeded: () =>
      telemetry.event(EVENT.deadlineExceeded, base, `budget of a call on ${link} was spent`),
    fallbackUsed: (failure) =>
      telemetry.event(
        EVENT.fallbackUsed,
        { ...base, reason: failure.reason },
        `fallback answered for ${link}: ${failure.reason}`,
      ),
    retryBudgetSpent: () =>
      telemetry.event(EVENT.retryBudgetSpent, base, `retry budget of ${link} is spent`),
    hedgeSent: (delayMs) =>
      telemetry.event(
        EVENT.hedgeSent,
        { ...base, delay_ms: delayMs },
        `second request on ${link} after ${delayMs} ms`,
      ),
    instanceEjected: ({ instance, failures }) =>
      telemetry.event(
        EVENT.instanceEjected,
        { ...base, [ATTRIBUTE.instance]: instance, failures },
        `${instance} is left alone on ${link}: ${failures} failures in a row`,
      ),
  };
}
