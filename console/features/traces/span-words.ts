import type { Span } from '@faultline/collector/contract';
import { formatDuration, formatLink } from '@/lib/format.ts';

/** How a span is called on one line: what it did, and how it ended when that matters. */
export interface SpanWords {
  /** Service, or the callee for a span that crosses a line. */
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
  const { attempt, max } = attemptOf(span);
  const peer = span.attributes['peer.service'];
  const isAttempt = attempt !== null;
  const what = isAttempt
    ? `attempt ${attempt}${max === null ? '' : ` of ${max}`} · ${span.name}`
    : span.name;
  return {
    who: isAttempt && typeof peer === 'string' ? peer : span.service,
    what,
    failure: span.status === 'error' ? failureOf(span) : null,
  };
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
  const outcome = span.attributes['resilience.outcome'];
  const known = typeof outcome === 'string' ? FAILURES[outcome] : undefined;
  const status = span.attributes['http.response.status_code'];
  if (known === 'timed out') return `timed out after ${formatDuration(span.durationMs)}`;
  if (known === 'server error' && status !== undefined) return `answered ${String(status)}`;
  return (
    known ?? span.statusMessage ?? (status === undefined ? 'failed' : `answered ${String(status)}`)
  );
}

/** The heading of a span's panel: the line it crosses, or what it is. */
export function spanTitle(span: Span): string {
  return span.link === null ? `${span.service} ${span.name}` : formatLink(span.link);
}
