import type { ZodType } from 'zod';
import { problemSchema, type Problem } from '../core/index.ts';
import { problemDocument } from '../http/problem-error.ts';
import { parseRetryAfterMs } from './backoff.ts';
import type { Exchange } from './exchange.ts';

/** How one attempt ended. */
export type AttemptOutcome<Body> =
  | { kind: 'ok'; status: number; body: Body }
  | { kind: 'refused'; status: number; problem: Problem; retryAfterMs: number | undefined }
  | AttemptFailure;

/** An attempt that says nothing about what the callee did. */
export interface AttemptFailure {
  kind: 'failed';
  reason: 'server-error' | 'connection' | 'timeout' | 'deadline';
  maybeReceived: boolean;
  detail: string;
  status?: number;
  retryAfterMs?: number | undefined;
}

/** Statuses below 500 after which the same request may be welcome later. */
const REPEATABLE_REFUSALS = new Set([408, 429]);

/**
 * Reads what an exchange means.
 *
 * @param deadlineBound whether the time limit was the caller's deadline and not the policy's timeout
 */
export function interpret<Body>(
  result: Exchange,
  schema: ZodType<Body>,
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
      return readAnswer(result, schema, now);
  }
}

/** Whether another attempt may end better. Whether it is safe is a different question. */
export function isRepeatable(outcome: AttemptOutcome<unknown>): boolean {
  if (outcome.kind === 'refused') return REPEATABLE_REFUSALS.has(outcome.status);
  return outcome.kind === 'failed' && outcome.reason !== 'deadline';
}

function readAnswer<Body>(
  answer: Extract<Exchange, { kind: 'answered' }>,
  schema: ZodType<Body>,
  now: number,
): AttemptOutcome<Body> {
  const { status, text } = answer;
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
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return { kind: 'ok', status, body: parsed.data };
  const issue = parsed.error.issues[0];
  return failed(`Answer of another shape: ${issue?.path.join('.') || 'body'}: ${issue?.message}`);
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
