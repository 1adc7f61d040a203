import type { Span } from '@faultline/collector/contract';
import { formatDuration, formatLink } from '../../lib/format.ts';

/** How a span is called on one line: what it did, and how it ended when that matters. */
export interface SpanWords {
  /** Service, or the callee for an attempt to reach it. Gives the line its colour, too. */
  who: string;
  what: string;
  /** How it failed: `timed out after 1.00 s`; null when it did not. */
  failure: string | null;
}

const FAILURES: Readonly<Record<string, string>> = {
  timeout: 'timed out',
  connection: 'connection failed',
  'breaker-open': 'rejected, breaker open',
  'bulkhead-full': 'rejected, bulkhead full',
  deadline: 'no time left',
  'server-error': 'server error',
  refused: 'refused',
};

/** Words for one span. */
export function spanWords(span: Span): SpanWords {
  const { attempt } = attemptOf(span);
  const peer = textOf(span.attributes['peer.service']);
  const failure = span.status === 'error' ? failureOf(span) : null;
  if (attempt !== null) {
    return { who: peer ?? span.service, what: `attempt ${attempt}`, failure };
  }
  const called = /^call (.+)$/.exec(span.name)?.[1];
  const to = peer === null ? '' : ` → ${peer}`;
  return { who: span.service, what: called === undefined ? span.name : `${called}${to}`, failure };
}

/** Words for a call together with its only attempt: what was asked for, and how the attempt ended. */
export function callWords(call: Span, attempt: Span): SpanWords {
  const words = spanWords(call);
  return { ...words, failure: words.failure && (spanWords(attempt).failure ?? words.failure) };
}

/** Which attempt a span is; null for spans that are none. */
export function attemptOf(span: Span): { attempt: number | null; max: number | null } {
  const attempt = Number(span.attributes['resilience.attempt']);
  const max = Number(span.attributes['resilience.max_attempts']);
  return {
    attempt: Number.isInteger(attempt) && attempt > 0 ? attempt : null,
    max: Number.isInteger(max) && max > 0 ? max : null,
  };
}

function failureOf(span: Span): string {
  const outcome = textOf(span.attributes['resilience.outcome']);
  const known = outcome === null ? undefined : FAILURES[outcome];
  const status = span.attributes['http.response.status_code'];
  if (known === 'timed out') return `timed out after ${formatDuration(span.durationMs)}`;
  if (known === 'no time left') return `deadline passed after ${formatDuration(span.durationMs)}`;
  if (status !== undefined && (known === undefined || known === 'server error'))
    return `answered ${String(status)}`;
  return known ?? span.statusMessage ?? 'failed';
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The heading of a span's panel: the line it crosses, or what it is. */
export function spanTitle(span: Span): string {
  return span.link === null ? `${span.service} ${span.name}` : formatLink(span.link);
}
