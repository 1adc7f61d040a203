import {
  context,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
} from '@opentelemetry/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import {
  createRequestContext,
  parseCorrelationId,
  parseDeadlineMs,
  withRequestContext,
} from '../context/request-context.ts';
import { ATTRIBUTE, EVENT, HEADER, type Clock, type IdSource } from '../core/index.ts';
import type { RequestContext, Telemetry } from '../service.ts';
import { extractTrace } from '../telemetry/trace-context.ts';
import { isQuiet } from './operational-routes.ts';
import { deadlineExceeded, ProblemError } from './problem-error.ts';
import { serverDurationIn } from './server-duration.ts';

interface Underway {
  span: Span;
  context: Context;
  request: RequestContext;
  startedMs: number;
}

export interface RequestHooksOptions {
  telemetry: Telemetry;
  log: Logger;
  clock: Clock;
  ids: IdSource;
}

/**
 * Gives every request its context: correlation id, deadline, SERVER span; and one access log line
 * and one observation when it was answered.
 */
export function addRequestHooks(app: FastifyInstance, options: RequestHooksOptions): void {
  const { telemetry, log, clock } = options;
  const underway = new WeakMap<FastifyRequest, Underway>();
  const duration = serverDurationIn(telemetry.metrics);

  app.addHook('onRequest', (request, reply, done) => {
    if (isQuiet(request)) return done();
    const work = begin(request, options);
    underway.set(request, work);
    void reply.header(HEADER.correlationId, work.request.correlationId);
    context.with(work.context, done);
  });
  // The body parser continues in the socket's own async context: enter ours again.
  app.addHook('preValidation', (request, _reply, done) => {
    const work = underway.get(request);
    if (!work) return done();
    context.with(work.context, () => {
      if (work.request.deadlineLeftMs() > 0) return done();
      telemetry.event(EVENT.deadlineExceeded, { route: routeOf(request) }, 'request not started');
      done(deadlineExceeded('the request'));
    });
  });
  app.addHook('onError', (request, _reply, error, done) => {
    if (!isAnswerOfTheCaller(error)) underway.get(request)?.span.recordException(error);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const work = underway.get(request);
    if (work) {
      const durationMs = clock.monotonicMs() - work.startedMs;
      const route = routeOf(request);
      const labels = { method: request.method, route, status: String(reply.statusCode) };
      duration.observe(labels, durationMs / 1000);
      context.with(work.context, () => end(work, request, reply, durationMs, log));
    }
    done();
  });
}

function begin(request: FastifyRequest, options: RequestHooksOptions): Underway {
  const correlationId =
    parseCorrelationId(request.headers[HEADER.correlationId]) ?? options.ids.next();
  const deadlineMs = parseDeadlineMs(request.headers[HEADER.deadlineMs]);
  const remote = extractTrace(request.headers);
  const route = routeOf(request);
  const span = options.telemetry.tracer.startSpan(
    `${request.method} ${route}`,
    {
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': request.method,
        'http.route': route,
        'url.path': request.url.split('?', 1)[0]!,
        [ATTRIBUTE.correlationId]: correlationId,
        ...(deadlineMs === undefined ? {} : { [ATTRIBUTE.deadlineLeftMs]: deadlineMs }),
      },
    },
    remote,
  );
  const requestContext = createRequestContext(options.clock, correlationId, deadlineMs);
  return {
    span,
    request: requestContext,
    context: withRequestContext(trace.setSpan(remote, span), requestContext),
    startedMs: options.clock.monotonicMs(),
  };
}

function end(
  { span }: Underway,
  request: FastifyRequest,
  reply: FastifyReply,
  durationMs: number,
  log: Logger,
): void {
  span.setAttribute('http.response.status_code', reply.statusCode);
  if (isFailure(reply.statusCode)) {
    span.setAttribute('error.type', String(reply.statusCode));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  const route = routeOf(request);
  log.info(
    {
      'http.request.method': request.method,
      'http.route': route,
      'http.response.status_code': reply.statusCode,
      duration_ms: Math.round(durationMs * 100) / 100,
    },
    `${request.method} ${route} answered ${reply.statusCode}`,
  );
  span.end();
}

/**
 * Beside 5xx, 424 Failed Dependency (RFC 4918): the operation failed for want of a service behind
 * this one. Callers must not take it for a failure of this service, but RED has to show it.
 */
function isFailure(statusCode: number): boolean {
  return statusCode >= 500 || statusCode === 424;
}

/** A request that was wrong is no exception of the service. */
function isAnswerOfTheCaller(error: Error & { statusCode?: number }): boolean {
  const status = error instanceof ProblemError ? error.problem.status : error.statusCode;
  return status !== undefined && status < 500;
}

/** The route's pattern, so that labels and names stay few. */
function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'unknown';
}
