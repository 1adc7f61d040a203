import { isTransientError, type Problem } from '../core/index.ts';

/** Thrown in a handler, it becomes the `application/problem+json` answer. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(body: Problem, options?: ErrorOptions) {
    super(`${body.code}: ${body.detail ?? body.title}`, options);
    this.problem = body;
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Request timeout',
  409: 'Conflict',
  413: 'Content too large',
  415: 'Unsupported media type',
  422: 'Unprocessable content',
  429: 'Too many requests',
  500: 'Internal error',
  502: 'Bad gateway',
  503: 'Service unavailable',
  504: 'Gateway timeout',
};

/** A problem document (RFC 9457). `code` is stable and what clients switch on. */
export function problemDocument(
  status: number,
  code: string,
  detail?: string,
  errors?: Problem['errors'],
): Problem {
  return {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    code,
    ...(detail === undefined ? {} : { detail }),
    ...(errors === undefined ? {} : { errors }),
  };
}

/**
 * An error to throw in a handler: answers `application/problem+json`.
 *
 * @param status 400 to 599
 * @param code stable, lower-case words joined by dashes: `order-not-found`
 * @param detail one sentence for people; names the value received
 */
export function problem(
  status: number,
  code: string,
  detail?: string,
  errors?: Problem['errors'],
): ProblemError {
  return new ProblemError(problemDocument(status, code, detail, errors));
}

/** The caller's budget was spent before the work began (or it can no longer end in time). */
export function deadlineExceeded(work: string): ProblemError {
  return problem(504, 'deadline-exceeded', `The caller's budget was spent before ${work} began`);
}

/** Code of the answer of a service that cannot reach what it needs. */
export const DEPENDENCY_AWAY = 'dependency-unavailable';

/** 503 for an error that says that a dependency is away, and is its cause; undefined for others. */
export function dependencyAway(error: unknown): ProblemError | undefined {
  if (!isTransientError(error)) return undefined;
  const detail = 'What the service needs does not answer now';
  return new ProblemError(problemDocument(503, DEPENDENCY_AWAY, detail), { cause: error });
}
