import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A port that is bound before anything is built upon its address. */
export interface Listener extends AsyncDisposable {
  server: Server;
  port: number;
  /** Where a browser on this machine reaches it. */
  url: string;
  /** Answers requests from now on, first those that came meanwhile. */
  serve(handler: RequestListener): void;
}

/** The port cannot be had; the message names the cause and the way out. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Requests that wait until they are served; more are told to come back. */
const MOST_WAITING = 200;

/** Binds `host:port`; port 0 takes any free one. Throws {@link ListenError}. */
export async function openListener(host: string, port: number): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 30_000 });
  const waiting: [IncomingMessage, ServerResponse][] = [];
  // Without a listener Node drops the request, and whoever sent it waits in vain.
  const keep = (request: IncomingMessage, response: ServerResponse): void => {
    if (waiting.length < MOST_WAITING) waiting.push([request, response]);
    else response.writeHead(503, { 'retry-after': '1' }).end();
  };
  server.on('request', keep);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, host, port)));
    server.listen({ host, port }, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return {
    server,
    port: bound,
    url: `http://${shown.includes(':') ? `[${shown}]` : shown}:${bound}`,
    serve(handler) {
      server.off('request', keep).on('request', handler);
      for (const [request, response] of waiting.splice(0)) handler(request, response);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): ListenError {
  const reasons: Record<string, string> = {
    EADDRINUSE: `port ${port} of ${host} is taken by another program: end it, or choose another port with --port`,
    EACCES: `port ${port} needs more rights than this user has: choose one above 1023 with --port`,
    EADDRNOTAVAIL: `${host} is not an address of this machine: choose another with --host`,
  };
  const reason = reasons[error.code ?? ''] ?? `cannot listen on ${host}:${port}: ${error.message}`;
  return new ListenError(reason, { cause: error });
}
