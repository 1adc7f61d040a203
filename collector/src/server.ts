import Fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { ApiContext } from './api/context.ts';
import { createHostGuard } from './api/guard.ts';
import { ApiProblem, frameworkProblem, sendProblem } from './api/problems.ts';
import { operationRoutes, redRoutes, resilienceRoutes, searchRoutes } from './api/routes.ts';
import type { Intake } from './receive/intake.ts';
import { otlpHttp } from './receive/otlp-http.ts';
import type { Feed } from './stream/feed.ts';
import { streamRoute } from './stream/route.ts';

/** What the HTTP server serves. */
export interface ServerParts {
  intake: Intake;
  feed: Feed;
  context: ApiContext;
  log: Logger;
}

/** Creates the one HTTP server: OTLP under `/v1`, queries and the live stream under `/api`. */
export async function createServer(parts: ServerParts): Promise<FastifyInstance> {
  const { intake, feed, context, log } = parts;
  const server = Fastify({
    forceCloseConnections: true,
    bodyLimit: 1024 * 1024,
    requestTimeout: 30_000,
    routerOptions: { ignoreTrailingSlash: true },
  });
  server.setNotFoundHandler((request, reply) =>
    sendProblem(
      reply,
      new ApiProblem('route-not-found', `${request.method} ${request.url.slice(0, 200)}`).problem,
    ),
  );
  server.setErrorHandler((error: { statusCode?: number; message: string }, request, reply) => {
    if (error instanceof ApiProblem) return sendProblem(reply, error.problem);
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error({ err: error, url: request.url }, 'a request failed');
    return sendProblem(reply, frameworkProblem(status, error.message));
  });
  await otlpHttp(server, intake);
  await server.register(async (scope) => {
    const guard = createHostGuard(context.allowedHosts);
    scope.addHook('onRequest', async (request) => guard(request));
    redRoutes(scope, context);
    searchRoutes(scope, context);
    resilienceRoutes(scope, context);
    operationRoutes(scope, context);
    streamRoute(scope, feed);
  });
  return server;
}
