import type { RunView } from '@faultline/scenarios/journal';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblem } from '../http/problems.ts';
import { createCoalescer } from '../stream/coalescer.ts';
import type { LiveRun } from './live-run.ts';

/** Those who watch runs, each a stream of server-sent events of one run. */
export interface RunWatchers extends Disposable {
  /** Sends a run that has ended, and closes. */
  showEnded(request: FastifyRequest, reply: FastifyReply, view: RunView): void;
  /** Sends the run as it stands and what becomes of it. @param left called when the watcher goes */
  follow(request: FastifyRequest, reply: FastifyReply, live: LiveRun, left: () => void): void;
}

/** Most watchers at a time. */
export const MAXIMUM_WATCHERS = 100;
/** Shortest time between two views of one watcher, milliseconds. */
const EVERY_MS = 500;
const HEARTBEAT_MS = 5_000;
/** Unsent bytes of a watcher from which on it gets no view but the last: each replaces the one before. */
const SLOW_BYTES = 1024 * 1024;

/** Creates watchers, of which there are none yet. */
export function createRunWatchers(): RunWatchers {
  const open = new Set<FastifyReply['raw']>();
  const heartbeat = setInterval(() => {
    for (const client of open) client.write(': heartbeat\n\n');
  }, HEARTBEAT_MS);
  heartbeat.unref();

  const connect = (request: FastifyRequest, reply: FastifyReply): FastifyReply['raw'] => {
    if (open.size >= MAXIMUM_WATCHERS) {
      throw new ApiProblem('too-many-streams', `${MAXIMUM_WATCHERS} streams of runs are open`);
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
    open.add(client);
    client.on('error', () => client.destroy());
    client.on('close', () => open.delete(client));
    return client;
  };
  const send = (client: FastifyReply['raw'], view: RunView) =>
    client.write(`event: run\ndata: ${JSON.stringify(view)}\n\n`);

  return {
    showEnded(request, reply, view) {
      const client = connect(request, reply);
      send(client, view);
      client.end();
    },
    follow(request, reply, live, left) {
      const client = connect(request, reply);
      const coalescer = createCoalescer(EVERY_MS, () => {
        if (client.writableLength <= SLOW_BYTES) send(client, live.view());
      });
      const unsubscribe = live.subscribe((entry) => {
        if (entry?.kind !== 'run-ended') return coalescer.request();
        stop();
        send(client, live.view());
        client.end();
      });
      const stop = () => {
        unsubscribe();
        coalescer[Symbol.dispose]();
      };
      client.on('close', () => {
        stop();
        left();
      });
      coalescer.request();
    },
    [Symbol.dispose]() {
      clearInterval(heartbeat);
      for (const client of open) client.end();
      open.clear();
    },
  };
}
