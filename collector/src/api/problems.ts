import { STATUS_CODES } from 'node:http';
import type { Problem } from '@faultline/chassis/core';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';

/** Every error that the query API answers with, by its code. */
export const PROBLEMS = {
  'invalid-query': { status: 400, title: 'The request breaks a rule' },
  'invalid-cursor': { status: 400, title: 'The cursor is not one of this collector' },
  'host-not-allowed': { status: 403, title: 'This name does not lead here' },
  'origin-not-allowed': { status: 403, title: 'Pages of this origin may not ask' },
  'target-not-allowed': { status: 400, title: 'Only targets on this machine are scraped' },
  'route-not-found': { status: 404, title: 'There is nothing here' },
  'saga-not-found': { status: 404, title: 'No such saga' },
  'trace-not-found': { status: 404, title: 'No such trace' },
  'too-large': { status: 413, title: 'The body is too large' },
  'too-many-streams': { status: 503, title: 'Too many live streams are open' },
  internal: { status: 500, title: 'The collector failed' },
} as const;
/** One of the codes of {@link PROBLEMS}. */
export type ProblemCode = keyof typeof PROBLEMS;

/** Ends a request with a problem. */
export class ApiProblem extends Error {
  override name = 'ApiProblem';
  readonly problem: Problem;

  constructor(code: ProblemCode, detail?: string, errors?: Problem['errors']) {
    super(detail ?? PROBLEMS[code].title);
    this.problem = {
      type: 'about:blank',
      ...PROBLEMS[code],
      code,
      ...(detail === undefined ? {} : { detail }),
      ...(errors === undefined ? {} : { errors }),
    };
  }
}

/** Checks what came in. @throws ApiProblem naming each field, its rule and what was received */
export function check<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  const errors = result.error.issues.slice(0, 20).map((issue) => ({
    field: issue.path.join('.') || '(whole)',
    rule: issue.message,
    received: String(JSON.stringify(issue.input)).slice(0, 200),
  }));
  const first = errors[0];
  throw new ApiProblem(
    'invalid-query',
    first && `${first.field}: ${first.rule}, received ${first.received}`,
    errors,
  );
}

/** Sends a problem as `application/problem+json` (RFC 9457). */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).type('application/problem+json').send(problem);
}

/** What the framework itself refuses (a broken body, a wrong content type), as a problem. */
export function frameworkProblem(status: number, message: string): Problem {
  if (status === 413) return new ApiProblem('too-large', message).problem;
  if (status >= 500) return new ApiProblem('internal').problem;
  const { problem } = new ApiProblem('invalid-query', message);
  return { ...problem, status, title: STATUS_CODES[status] ?? problem.title };
}
