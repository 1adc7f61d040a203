import type { FastifyReply, FastifyRequest } from 'fastify';
import type { StreamEvent } from '../contract/index.ts';
import { ApiProblem } from '../http/problems.ts';

/** The live stream to browsers and command lines. */
export interface StreamHub extends Disposable {
  publish(event: StreamEvent): void;
  /** Makes the request's connection a client; sends `initial` first. */
  connect(request: FastifyRequest, reply: FastifyReply, initial: readonly StreamEvent[]): void;
  readonly clients: number;
}

/** Most clients at a time. */
export const MAXIMUM_CLIENTS = 100;
/** Unsent bytes of one client from which on it gets no `red` and `stats`: the next ones replace them. */
export const SLOW_BYTES = 256 * 1024;
/** Unsent bytes from which on a client is closed: it connects again and gets the state as it stands. */
export const HOPELESS_BYTES = 2 * 1024 * 1024;
const HEARTBEAT_MS = 5_000;

const REPLACEABLE: ReadonlySet<string> = new Set(['red', 'stats']);

/** Creates a hub without clients. */
export function createStreamHub(): StreamHub {
  const clients = new Set<FastifyReply['raw']>();
  let lastId = 0;

  const write = (client: FastifyReply['raw'], name: string, message: string) => {
    if (client.writableLength > HOPELESS_BYTES) {
      clients.delete(client);
      client.destroy();
    } else if (client.writableLength <= SLOW_BYTES || !REPLACEABLE.has(name)) {
      client.write(message);
    }
  };
  const format = ({ event, data }: StreamEvent) =>
    `id: ${++lastId}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  const heartbeat = setInterval(() => {
    for (const client of clients) write(client, 'heartbeat', ': heartbeat\n\n');
  }, HEARTBEAT_MS);
  heartbeat.unref();

  return {
    publish(event) {
      if (clients.size === 0) return;
      const message = format(event);
      for (const client of clients) write(client, event.event, message);
    },
    connect(request, reply, initial) {
      if (clients.size >= MAXIMUM_CLIENTS) {
        throw new ApiProblem('too-many-streams', `${MAXIMUM_CLIENTS} live streams are open`);
      }
      reply.hijack();
      const client = reply.raw;
      request.raw.socket.setNoDelay(true);
      client.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-accel-buffering': 'no',
      });
      client.write('retry: 1000\n\n');
      clients.add(client);
      for (const event of initial) client.write(format(event));
      client.on('close', () => clients.delete(client));
      client.on('error', () => clients.delete(client));
    },
    get clients() {
      return clients.size;
    },
    [Symbol.dispose]() {
      clearInterval(heartbeat);
      for (const client of clients) client.end();
      clients.clear();
    },
  };
}
