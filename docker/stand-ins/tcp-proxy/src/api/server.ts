import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { IdSource } from '@faultline/chassis/core';
import { isLoopbackHost, isLoopbackName } from './loopback.ts';
import { empty, plainText, refused, type Reply } from './reply.ts';
import { createRouter, type Route } from './router.ts';
import { REFUSALS } from '../proxy/refusal.ts';
import type { Log } from '../log.ts';

const LONGEST_BODY_BYTES = 4 * 1024 * 1024;

/** Toxiproxy's server timeouts: reading a request, and an idle keep-alive connection. */
const READ_TIMEOUT_MS = 15_000;
const IDLE_TIMEOUT_MS = 60_000;

export interface ApiServerInput {
  readonly routes: readonly Route[];
  readonly ids: IdSource;
  readonly log: Log;
  /** Where the API will listen; on loopback only local names are answered (DNS rebinding). */
  readonly host: string;
}

/** Serves the routes over HTTP/1.1 with Toxiproxy's headers, statuses and refusals. */
export function createApiServer({ routes, ids, log, host }: ApiServerInput): Server {
  const findRoute = createRouter(routes);
  const localOnly = isLoopbackName(host);

  async function answer(request: IncomingMessage): Promise<Routed> {
    const [path = '/'] = (request.url ?? '/').split('?', 1);
    const match = findRoute(request.method ?? '', path);
    if (match === 'unknown') return { routed: false, reply: plainText(404, '404 page not found') };
    if (match === 'malformed') return { routed: false, reply: plainText(400, '400 Bad Request') };
    if (!match.handler) return { routed: false, reply: empty(405) };
    const stranger = strangerReply(request, localOnly);
    if (stranger) return { routed: true, reply: stranger };
    const body = await readBody(request);
    if (body === undefined) {
      const error = `http: request body too large (more than ${LONGEST_BODY_BYTES} bytes)`;
      return { routed: true, reply: refused(REFUSALS.badBody(error)) };
    }
    return { routed: true, reply: await match.handler({ parameters: match.parameters, body }) };
  }

  const server = createServer({ requestTimeout: READ_TIMEOUT_MS }, (request, response) => {
    answer(request).then(
      ({ routed, reply }) => {
        if (routed) response.setHeader('X-Toxiproxy-Request-Id', requestId(ids));
        // What is left of a refused body must not be taken for the next request.
        if (!request.complete) response.setHeader('Connection', 'close');
        send(response, reply);
      },
      (cause: unknown) => {
        log.error({ err: cause, method: request.method, url: request.url }, 'request failed');
        if (response.headersSent) response.destroy();
        else send(response, plainText(500, 'internal error'));
      },
    );
  });
  server.keepAliveTimeout = IDLE_TIMEOUT_MS;
  return server;
}

interface Routed {
  readonly reply: Reply;
  /** Unknown paths and methods carry no request id. */
  readonly routed: boolean;
}

/** Browsers are kept out: by user agent as Toxiproxy does, by origin, and by foreign host names. */
function strangerReply({ headers }: IncomingMessage, localOnly: boolean): Reply | undefined {
  if (headers['user-agent']?.startsWith('Mozilla/'))
    return plainText(403, 'User agent not allowed');
  if (headers.origin !== undefined) return plainText(403, 'Origin not allowed');
  if (localOnly && !isLoopbackHost(headers.host ?? '')) return plainText(403, 'Host not allowed');
  return undefined;
}

/** The body as text; undefined when it is too long. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    sizeBytes += part.length;
    if (sizeBytes > LONGEST_BODY_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function send(response: ServerResponse, reply: Reply): void {
  if ('stream' in reply) {
    reply.stream(response);
    return;
  }
  const { status, contentType, headers, body } = reply;
  if (contentType !== undefined) response.setHeader('Content-Type', contentType);
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  // As Go does: neither for an answer that cannot have a body, nor for an empty one to HEAD.
  if (status !== 204 && (body !== '' || response.req.method !== 'HEAD')) {
    response.setHeader('Content-Length', Buffer.byteLength(body));
  }
  response.writeHead(status);
  response.end(body);
}

/** 20 lower-case letters and digits. */
function requestId(ids: IdSource): string {
  return ids
    .next()
    .replace(/[^a-z0-9]/g, '')
    .padEnd(20, '0')
    .slice(0, 20);
}
