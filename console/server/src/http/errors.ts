import type { Problem } from '@faultline/chassis/core';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { ApiProblem, problemOf } from './problems.ts';

/** Answers every error as `application/problem+json`; unexpected ones are logged, not told. */
export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = toProblem(error);
    if (problem.code === 'internal') {
      request.log.error({ err: error, url: request.url }, 'request failed');
    }
    return sendProblem(reply, problem);
  });
}

/** Sends a problem document. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(problem));
}

function toProblem(error: FastifyError | ApiProblem): Problem {
  if (error instanceof ApiProblem) return error.problem;
  switch (error.code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return problemOf('not-json', 'send the body as application/json');
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return problemOf('too-large', 'the body is larger than this API accepts');
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return problemOf('invalid-json', 'the body is empty though it is said to be JSON');
    default:
  }
  if (error.statusCode === 400) return problemOf('invalid-json', error.message);
  if (error.statusCode === 413) return problemOf('too-large', error.message);
  return problemOf('internal', 'the request failed inside the control plane; see its log');
}
