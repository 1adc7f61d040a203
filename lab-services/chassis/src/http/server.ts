import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastifySwagger from '@fastify/swagger';
import { fastify, LogController, type FastifyInstance } from 'fastify';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod';
import type { Configuration } from '../configuration/configuration.ts';
import type { ActiveFaults } from '../faults/active-faults.ts';
import { addFaultRoute } from '../faults/fault-route.ts';
import { addRequestFaults } from '../faults/http-faults.ts';
import type { RequestFaults } from '../faults/request-faults.ts';
import type { RpcServer } from '../rpc/server.ts';
import type { Inbound } from '../security/inbound.ts';
import type { RpcService } from '../service.ts';
import {
  createCallerGuard,
  guardConnections,
  type CallerGuard,
} from '../transport/caller-guard.ts';
import { openFrontDoor } from '../transport/front-door.ts';
import type { Readiness } from '../runtime/readiness.ts';
import { answerErrors, send } from './error-answers.ts';
import { guardInternalRoutes } from './internal-guard.ts';
import { addLoadShedding, createLoadShedder, type LoadShedder } from './load-shedding.ts';
import { addOperationalRoutes, isForMachines } from './operational-routes.ts';
import { problemDocument } from './problem-error.ts';
import { addRequestHooks, type RequestHooksOptions } from './request-hooks.ts';

const BODY_LIMIT_BYTES = 1_048_576;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_TIMEOUT_MS = 30_000;

export interface HttpServerOptions extends RequestHooksOptions {
  name: string;
  version: string;
  host: string;
  port: number;
  internalToken: string;
  readiness: Readiness;
  configuration: Configuration;
  faults: ActiveFaults;
  requestFaults: RequestFaults;
}

/** The service's HTTP server. It listens before the service is built: see {@link openServer}. */
export interface HttpServer {
  readonly host: string;
  readonly port: number;
  /** Adds the service's routes and serves them from now on. */
  serve(routes: (app: FastifyInstance) => void | Promise<void>): Promise<void>;
  /** Serves gRPC on the same port. */
  serveRpc(rpc: RpcService, inbound: Inbound | undefined): void;
  /** Answers all that comes as before, and lets every connection end with its next answer. */
  announceEnd(): void;
  /** Answers what is in flight, `timeoutMs` at most, and closes. */
  drain(timeoutMs: number): Promise<void>;
}

/**
 * Listens at once and answers `/health` and `/ready` while the dependencies are still away; any
 * other route answers 503 `starting` until `serve` was called.
 *
 * @throws if the port is taken; the message names it
 */
export async function openServer(options: HttpServerOptions): Promise<HttpServer> {
  let handle: (request: IncomingMessage, response: ServerResponse) => void = (request, response) =>
    void answerWhileStarting(options.readiness, request, response);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS }, (request, response) =>
    handle(request, response),
  );
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  const door = openFrontDoor(server, options.configuration.workload);
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  const drain = createDrain(server);
  let app: FastifyInstance | undefined;
  let rpc: Promise<RpcServer> | undefined;
  const guards = { guard: createCallerGuard(options), shedder: createLoadShedder(options) };
  return {
    host: options.host,
    port,
    async serve(routes) {
      app = await createApp({ ...options, ...guards }, server, (handler) => {
        handle = handler;
      });
      await routes(app);
      await app.ready();
    },
    serveRpc(service, inbound) {
      door.setHttp2((socket) => {
        // The library takes some megabytes: it is loaded when somebody calls.
        rpc ??= import('../rpc/server.ts').then(({ openRpcServer }) =>
          openRpcServer({ ...options, ...guards, service, inbound }),
        );
        socket.on('error', () => undefined);
        rpc.then(
          ({ take }) => take(socket),
          (error: unknown) => {
            options.log.error({ err: error }, 'gRPC cannot be served');
            socket.destroy();
          },
        );
      });
    },
    announceEnd: () => drain.announce(),
    async drain(timeoutMs) {
      door.close();
      await Promise.all([drain.end(timeoutMs), rpc?.then((server) => server.close(timeoutMs))]);
      await app?.close();
    },
  };
}

async function createApp(
  options: HttpServerOptions & { guard: CallerGuard; shedder: LoadShedder },
  server: Server,
  setHandler: (handler: (request: IncomingMessage, response: ServerResponse) => void) => void,
): Promise<FastifyInstance> {
  let handler: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  const app = fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (logger) => logger,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    frameworkErrors: (error, _request, reply) =>
      void send(reply as never, problemDocument(400, 'bad-request', error.message)),
    serverFactory(given) {
      handler = given;
      return server;
    },
  }) as unknown as FastifyInstance;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  answerErrors(app, options.log);
  addLoadShedding(app, options.shedder);
  addRequestHooks(app, options);
  guardConnections(
    app,
    options.guard,
    (request) => isForMachines(request) || request.routeOptions.config.access === 'operator',
  );
  const { workload } = options.configuration;
  guardInternalRoutes(app, () => workload.current?.internalTokens ?? [options.internalToken]);
  addRequestFaults(app, options.requestFaults);
  await app.register(fastifySwagger, {
    openapi: { info: { title: options.name, version: options.version } },
    transform: jsonSchemaTransform,
  });
  addOperationalRoutes(app, options.readiness, options.telemetry.metrics);
  addFaultRoute(app, options.faults);
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  app.addHook('onReady', async () => {
    if (handler) setHandler(handler);
  });
  return app;
}

async function answerWhileStarting(
  readiness: Readiness,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.resume();
  if (request.url === '/health') {
    answerJson(response, 200, 'application/json', { status: 'alive' });
  } else if (request.url === '/ready') {
    answerJson(response, 503, 'application/json', await readiness.report());
  } else {
    const body = problemDocument(503, 'starting', 'The service waits for its dependencies');
    answerJson(response.setHeader('retry-after', '1'), 503, 'application/problem+json', body);
  }
}

function answerJson(response: ServerResponse, status: number, type: string, body: unknown): void {
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
}

function listen(server: Server, { host, port }: HttpServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new Error(`Cannot listen on ${host}:${port}: ${error.code}`, { cause: error })),
    );
    server.listen(port, host, resolve);
  });
}

interface Drain {
  announce(): void;
  end(timeoutMs: number): Promise<void>;
}

/**
 * Ends a server without breaking off what it answers: once announced, kept connections close with
 * their next answer, so that none is closed just when a client uses it again; at the end it stops
 * accepting and closes what is idle.
 */
function createDrain(server: Server): Drain {
  let announced = false;
  let ending = false;
  server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
    if (announced) response.setHeader('connection', 'close');
    response.once('close', () => {
      if (ending) setImmediate(() => server.closeIdleConnections());
    });
  });
  return {
    announce() {
      announced = true;
    },
    async end(timeoutMs) {
      announced = true;
      ending = true;
      const timer = setTimeout(() => server.closeAllConnections(), timeoutMs);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(timer);
    },
  };
}
