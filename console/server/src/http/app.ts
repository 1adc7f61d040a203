import Fastify, { LogController, type FastifyInstance } from 'fastify';
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { askForToken } from './access.ts';
import { handleErrors, sendProblem } from './errors.ts';
import { refusePeers } from './peers.ts';
import { problemOf } from './problems.ts';
import { refuseStrangers } from './strangers.ts';
import { validatorCompiler } from './validation.ts';

/** A fastify application whose routes are typed by their zod schemas. */
export type App = ReturnType<typeof typed>;

const typed = (app: FastifyInstance) => app.withTypeProvider<ZodTypeProvider>();

/** Largest body a request may have. */
const BODY_LIMIT_BYTES = 256 * 1024;

/** What the HTTP side needs to know of its surroundings. */
export interface AppOptions {
  log: Logger;
  listenHost: string;
  /** Asked for when other machines can reach the server; null on loopback. */
  token: string | null;
  /** Only this address and this machine are admitted; null: whoever gets here. */
  gateway: string | null;
  /** Already bound; its requests go to `routing` of the application once that is ready. */
  server: Server;
}

/** Creates the HTTP application with all rules that hold for every request. */
export function createApp({ log, listenHost, token, gateway, server }: AppOptions): App {
  const app = typed(
    Fastify({
      loggerInstance: log,
      serverFactory: () => server,
      logController: new LogController({ disableRequestLogging: true }),
      bodyLimit: BODY_LIMIT_BYTES,
      routerOptions: { maxParamLength: 200 },
      exposeHeadRoutes: true,
      // A path that is no valid percent-encoding names nothing.
      frameworkErrors: (_error, _request, reply) => {
        void sendProblem(reply, problemOf('not-found', 'the address is not valid'));
      },
    }) as unknown as FastifyInstance,
  );
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.removeContentTypeParser('text/plain');
  handleErrors(app);
  if (gateway !== null) refusePeers(app, gateway);
  refuseStrangers(app, listenHost);
  if (token !== null) askForToken(app, token);
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'no-referrer');
    reply.header('cross-origin-resource-policy', 'same-origin');
    if (request.url.startsWith('/api/') && !reply.hasHeader('cache-control')) {
      reply.header('cache-control', 'no-store');
    }
  });
  return app;
}
