import type { DomainEvent, RequestContext } from '../service.ts';

export { DEAD_LETTER_SUFFIX, MESSAGE_HEADER, tryDecodeEvent } from '../core/index.ts';

/** The JSON of a message's value. */
export function encodeEvent(event: DomainEvent): string {
  const { id, type, version, occurredAt, key, correlationId, payload } = event;
  return JSON.stringify({ id, type, version, occurredAt, key, correlationId, payload });
}

/** The longest budget a message can carry, milliseconds: an hour, as for requests. */
const LONGEST_BUDGET_MS = 3_600_000;

/** An event on its way, with what the request that caused it knew. */
export interface OutgoingEvent extends DomainEvent {
  traceparent?: string;
  /** When the budget of that request ends, milliseconds since the Unix epoch. */
  deadlineAt?: number;
}

/** When the budget of `request` ends, milliseconds since the Unix epoch; undefined without one. */
export function deadlineAtOf(request: RequestContext | undefined, now: number): number | undefined {
  const leftMs = request?.deadlineLeftMs() ?? Infinity;
  return Number.isFinite(leftMs) ? Math.round(now + leftMs) : undefined;
}

/** What is left of the budget in a header, milliseconds; undefined if it holds none. */
export function budgetLeftMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined || !/^\d{1,15}$/.test(header)) return undefined;
  return Math.min(LONGEST_BUDGET_MS, Number(header) - now);
}
