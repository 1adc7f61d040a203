import type { ZodType } from 'zod';
import { problemSchema, type Problem } from '../core/index.ts';
import { problemDocument } from '../http/problem-error.ts';
import type { ForwardedAnswer } from '../service.ts';
import { parseRetryAfterMs } from './backoff.ts';
import type { Exchange } from './exchange.ts';
import { endToEndHeaders } from './forward.ts';

/** How one attempt ended. */
export type AttemptOutcome<Body> =
  | { kind: 'ok'; status: number; body: Body }
  | {
      kind: 'refused';
      status: number;
      problem: Problem;
      retryAfterMs: number | undefined;
      answer?: ForwardedAnswer;
    }
  | AttemptFailure;

/** An attempt that says nothing about what the callee did. */
export interface AttemptFailure {
  kind: 'failed';
  reason: 'server-error' | 'connection' | 'timeout' | 'deadline';
  maybeReceived: boolean;
  detail: string;
  status?: number;
  retryAfterMs?: number | undefined;
  answer?: ForwardedAnswer;
}

/** How a 2xx answer is read: by its shape, or not at all. */
export type Reading<Body> = { schema: ZodType<Body>; checked: boolean } | 'verbatim';

/** Statuses below 500 after which the same request may be welcome later. */
const REPEATABLE_REFUSALS = new Set([408, 429]);

/**
 * Reads what an exchange means.
 *
 * @param deadlineBound whether the time limit was the caller's deadline and not the policy's timeout
 */
export function interpret<Body>(
  result: Exclude<Exchange, { kind: 'cancelled' }>,
  reading: Reading<Body>,
  now: number,
  deadlineBound: boolean,
): AttemptOutcome<Body> {
  switch (result.kind) {
    case 'timed-out':
      return {
        kind: 'failed',
        reason: deadlineBound ? 'deadline' : 'timeout',
        maybeReceived: result.sent,
        detail: deadlineBound ? 'The deadline passed before an answer' : 'No answer in time',
      };
    case 'broken':
      return {
        kind: 'failed',
        reason: 'connection',
        maybeReceived: result.sent,
        detail: result.detail,
      };
    case 'answered':
      return reading === 'verbatim'
        ? (takeAnswer(result, now) as AttemptOutcome<Body>)
        : readAnswer(result, reading, now);
  }
}

/** Whether another attempt may end better. Whether it is safe is a different question. */
export function isRepeatable(outcome: AttemptOutcome<unknown>): boolean {
  // Whoever sent what is forwarded hears of a refusal, and when to ask again.
  if (outcome.kind === 'refused') {
    return REPEATABLE_REFUSALS.has(outcome.status) && outcome.answer === undefined;
  }
  return outcome.kind === 'failed' && outcome.reason !== 'deadline';
}

function readAnswer<Body>(
  answer: Extract<Exchange, { kind: 'answered' }>,
  { schema, checked }: Exclude<Reading<Body>, 'verbatim'>,
  now: number,
): AttemptOutcome<Body> {
  const { status } = answer;
  const text = answer.body.toString('utf8');
  const retryAfterMs = parseRetryAfterMs(answer.headers['retry-after'], now);
  if (status >= 400 && status < 500) {
    return { kind: 'refused', status, problem: readProblem(status, text), retryAfterMs };
  }
  const failed = (detail: string): AttemptFailure => ({
    kind: 'failed',
    reason: 'server-error',
    maybeReceived: true,
    detail,
    status,
    retryAfterMs,
  });
  if (status >= 500) {
    const { code, detail } = readProblem(status, text);
    return failed(`Status ${status}: ${code}${detail ? `, ${detail}` : ''}`);
  }
  if (status >= 300) return failed(`Status ${status}: links follow no redirects`);
  const json = parseJson(text);
  const parsed = schema.safeParse(json);
  if (parsed.success) return { kind: 'ok', status, body: parsed.data };
  // The pattern is off: what came is taken for what was asked for, with all that follows.
  if (!checked) return { kind: 'ok', status, body: json as Body };
  const issue = parsed.error.issues[0];
  return failed(`Answer of another shape: ${issue?.path.join('.') || 'body'}: ${issue?.message}`);
}

/** The status alone decides what a forwarded answer means; nobody looks inside. */
function takeAnswer(
  { status, headers, body }: Extract<Exchange, { kind: 'answered' }>,
  now: number,
): AttemptOutcome<ForwardedAnswer> {
  const answer = { status, headers: endToEndHeaders(headers), body };
  const retryAfterMs = parseRetryAfterMs(headers['retry-after'], now);
  if (status < 400) return { kind: 'ok', status, body: answer };
  const problem = problemDocument(status, 'unspecified');
  if (status < 500) return { kind: 'refused', status, problem, retryAfterMs, answer };
  return {
    kind: 'failed',
    reason: 'server-error',
    maybeReceived: true,
    detail: `Status ${status}`,
    status,
    retryAfterMs,
    answer,
  };
}

function readProblem(status: number, text: string): Problem {
  const parsed = problemSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : problemDocument(status, 'unspecified');
}

/** Undefined for no JSON: a schema then says what it misses, and an empty 204 can be asked for. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
