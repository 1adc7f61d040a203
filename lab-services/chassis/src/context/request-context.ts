import { context, createContextKey, type Context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { HEADER, type Clock } from '../core/index.ts';
import type { RequestContext } from '../service.ts';

const CONTEXT_KEY = createContextKey('faultline request context');

/** What a caller may send as a correlation id; anything else is replaced. */
const SAFE_CORRELATION_ID = /^[A-Za-z0-9._:-]{1,64}$/;

/** Longest budget a caller can ask for, milliseconds: longer ones are cut. */
const LONGEST_DEADLINE_MS = 3_600_000;

/**
 * One async-local store carries both the current span and the request context: the request
 * context is a value in OpenTelemetry's. Idempotent; several services of one process share it.
 */
export function enableContext(): void {
  const manager = new AsyncLocalStorageContextManager();
  if (context.setGlobalContextManager(manager)) manager.enable();
}

/** The request context of the work at hand; undefined outside of any. */
export function currentContext(): RequestContext | undefined {
  return context.active().getValue(CONTEXT_KEY) as RequestContext | undefined;
}

/** `parent` with `request` as the request context of what runs in it. */
export function withRequestContext(parent: Context, request: RequestContext): Context {
  return parent.setValue(CONTEXT_KEY, request);
}

/** @param deadlineMs budget from now on, milliseconds; undefined means no limit */
export function createRequestContext(
  clock: Clock,
  correlationId: string,
  deadlineMs: number | undefined,
): RequestContext {
  if (deadlineMs === undefined) return { correlationId, deadlineLeftMs: () => Infinity };
  const endsAtMs = clock.monotonicMs() + deadlineMs;
  return { correlationId, deadlineLeftMs: () => endsAtMs - clock.monotonicMs() };
}

/** The caller's correlation id if it is safe to log and to pass on. */
export function parseCorrelationId(value: unknown): string | undefined {
  return typeof value === 'string' && SAFE_CORRELATION_ID.test(value) ? value : undefined;
}

/**
 * The caller's budget, milliseconds (`x-deadline-ms`: decimal digits, a sign for a budget that was
 * overdrawn on the way). Anything else counts as no budget.
 */
export function parseDeadlineMs(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^-?\d{1,9}(\.\d{1,6})?$/.test(value)) return undefined;
  return Math.min(Number(value), LONGEST_DEADLINE_MS);
}

/** Headers that hand `request` on to a callee which may use `budgetMs` of it. */
export function contextHeaders(
  request: RequestContext | undefined,
  budgetMs: number,
): Record<string, string> {
  const headers: Record<string, string> = {};
  if (request) headers[HEADER.correlationId] = request.correlationId;
  if (Number.isFinite(budgetMs))
    headers[HEADER.deadlineMs] = String(Math.max(1, Math.floor(budgetMs)));
  return headers;
}
