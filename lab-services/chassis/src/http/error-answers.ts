import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  isResponseSerializationError,
} from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { Problem } from '../core/index.ts';
import { DEPENDENCY_AWAY, dependencyAway, problemDocument, ProblemError } from './problem-error.ts';

const LONGEST_RECEIVED = 100;

/** Makes every error answer of `app` a problem document. */
export function answerErrors(app: FastifyInstance, log: Logger): void {
  app.setNotFoundHandler((request, reply) =>
    send(reply, problemDocument(404, 'route-not-found', `${request.method} ${path(request)}`)),
  );
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const body = toProblem(error, request);
    const record = { err: error, route: request.routeOptions.url };
    if (body.code === DEPENDENCY_AWAY) log.warn(record, 'request failed: a dependency is away');
    else if (body.status >= 500 && !(error instanceof ProblemError)) {
      log.error(record, 'request failed');
    }
    return send(reply, body);
  });
}

/** Answers `body` with its status and media type. */
export function send(reply: FastifyReply, body: Problem): FastifyReply {
  return reply.code(body.status).type('application/problem+json').send(JSON.stringify(body));
}

function toProblem(error: FastifyError, request: FastifyRequest): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const part = error.validationContext ?? 'body';
    return problemDocument(
      400,
      'invalid-request',
      `The ${part} breaks ${error.validation.length} rule(s)`,
      error.validation.map((issue) => ({
        field: [part, ...pointer(issue.instancePath)].join('.'),
        rule: issue.message ?? issue.keyword,
        ...received(request, part, pointer(issue.instancePath)),
      })),
    );
  }
  if (isResponseSerializationError(error)) {
    return problemDocument(500, 'invalid-answer', 'The service built an answer of a wrong shape');
  }
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) return problemDocument(status, codeOf(error), error.message);
  const away = dependencyAway(error)?.problem;
  return away ?? problemDocument(500, 'internal-error', 'The service failed; its log says why');
}

/** `FST_ERR_CTP_BODY_TOO_LARGE` becomes `body-too-large`. */
function codeOf(error: FastifyError): string {
  const words = (error.code ?? '').replace(/^FST_ERR_(CTP_)?/, '').toLowerCase();
  return /^[a-z][a-z_]*$/.test(words) ? words.replaceAll('_', '-') : 'bad-request';
}

function pointer(instancePath: string): string[] {
  return instancePath.split('/').filter((step) => step !== '');
}

function received(
  request: FastifyRequest,
  part: string,
  steps: readonly string[],
): { received?: string } {
  const roots: Record<string, unknown> = {
    body: request.body,
    params: request.params,
    querystring: request.query,
    headers: request.headers,
  };
  let value = roots[part];
  for (const step of steps) {
    if (typeof value !== 'object' || value === null) return {};
    value = (value as Record<string, unknown>)[step];
  }
  if (value === undefined || part === 'headers') return {};
  return { received: JSON.stringify(value).slice(0, LONGEST_RECEIVED) };
}

/** The path without its query, which may hold what is nobody's business. */
function path(request: FastifyRequest): string {
  return request.url.split('?', 1)[0]!.slice(0, 200);
}
