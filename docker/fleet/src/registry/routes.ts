import {
  registrySnapshotSchema,
  type Problem,
  type RegistrySnapshot,
} from '@faultline/chassis/core';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Fleet } from '../contract.ts';

/** Time between two comment lines on an open watch, milliseconds. */
const HEARTBEAT_MS = 5000;
/** A watcher that reads so slowly that this much waits for it is cut off; it will come back. */
const BACKLOG_BYTES = 1_000_000;
/** Watchers at the same time. */
const MAX_WATCHERS = 200;

const querySchema = z.object({
  service: z.string().regex(/^[a-z][a-z-]{0,62}$/),
  instance: z.string().max(80).optional(),
});

/** One open watch. */
interface Watcher {
  service: string;
  /** What it was told last: the links without the version. */
  told: string;
  reply: FastifyReply;
}

/**
 * Serves `GET /registry/v1/watch` from the state of `fleet`; the wire format is described at
 * `registrySnapshotSchema`. Every change of an endpoint or a policy is pushed at once, to those
 * services only whose links it touches.
 */
export function registerRegistryRoutes(app: FastifyInstance, fleet: Fleet): void {
  const watchers = new Set<Watcher>();
  let version = 0;

  const tell = (watcher: Watcher): void => {
    const links = linksOf(fleet, watcher.service);
    const text = JSON.stringify(links);
    if (text === watcher.told) return;
    watcher.told = text;
    version += 1;
    const data = JSON.stringify(registrySnapshotSchema.parse({ version, links }));
    write(watcher, `event: snapshot\nid: ${version}\ndata: ${data}\n\n`);
  };
  const tellAll = (): void => {
    for (const watcher of watchers) tell(watcher);
  };
  const unsubscribe = fleet.subscribe((event) => {
    if (event.kind === 'changed') tellAll();
  });
  const heartbeat = setInterval(() => {
    for (const watcher of watchers) write(watcher, ': heartbeat\n\n');
  }, HEARTBEAT_MS);
  heartbeat.unref();

  app.addHook('preClose', (done) => {
    clearInterval(heartbeat);
    unsubscribe();
    for (const watcher of watchers) watcher.reply.raw.end();
    done();
  });

  app.get('/registry/v1/watch', (request, reply) => {
    const query = querySchema.safeParse(request.query);
    if (!query.success) {
      const rule = 'service is required: lower-case letters and dashes, at most 63 characters';
      return sendProblem(reply, 400, 'invalid-query', rule);
    }
    if (watchers.size >= MAX_WATCHERS) {
      return reply
        .code(503)
        .type('application/problem+json')
        .send({
          type: 'about:blank',
          title: 'Too many watchers',
          status: 503,
          code: 'too-many-watchers',
          detail: `At most ${MAX_WATCHERS} watches are open at the same time.`,
        });
    }
    const watcher: Watcher = { service: query.data.service, told: '', reply };
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      connection: 'keep-alive',
    });
    reply.raw.on('error', () => undefined).on('close', () => watchers.delete(watcher));
    watchers.add(watcher);
    tell(watcher);
    return reply;
  });
}

function linksOf(fleet: Fleet, service: string): RegistrySnapshot['links'] {
  return fleet
    .status()
    .links.filter((link) => link.from === service && link.policy !== null)
    .map((link) => ({
      link: link.name,
      endpoints: fleet.endpoints(link.name),
      // Links to resources have none and were left out above.
      policy: link.policy as NonNullable<typeof link.policy>,
    }));
}

function sendProblem(reply: FastifyReply, status: number, code: string, detail: string) {
  const problem: Problem = { type: 'about:blank', title: 'Watch refused', status, code, detail };
  return reply.code(status).type('application/problem+json').send(problem);
}

function write(watcher: Watcher, text: string): void {
  const { raw } = watcher.reply;
  if (raw.writableLength > BACKLOG_BYTES) raw.destroy();
  else if (!raw.writableEnded) raw.write(text);
}
