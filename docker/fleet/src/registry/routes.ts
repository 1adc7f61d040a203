import { registrySnapshotSchema, type Problem } from '@faultline/chassis/core';
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
  /** What it was told last, without the version. */
  told: string;
  /** Whose workload document it may have; null for one that showed no token. */
  instance: string | null;
  /** The workload document it was told last. */
  toldWorkload: string;
  /** Looks at its workload document that are still to be made: one after the other. */
  looking: Promise<void> | null;
  lookAgain: boolean;
  reply: FastifyReply;
}

/**
 * Serves `GET /registry/v1/watch` from the state of `fleet`; the wire format is described at
 * `registrySnapshotSchema`. Every change of an endpoint or a policy is pushed at once, to those
 * services only whose configuration it touches.
 */
export function registerRegistryRoutes(app: FastifyInstance, fleet: Fleet): void {
  const watchers = new Set<Watcher>();
  let version = 0;

  const tell = (watcher: Watcher): void => {
    const configuration = fleet.configurationOf(watcher.service);
    const text = JSON.stringify(configuration);
    if (text !== watcher.told) {
      watcher.told = text;
      version += 1;
      const data = JSON.stringify(registrySnapshotSchema.parse({ version, ...configuration }));
      write(watcher, `event: snapshot\nid: ${version}\ndata: ${data}\n\n`);
    }
    lookAtWorkload(fleet, watcher);
  };
  const tellAll = (): void => {
    for (const watcher of watchers) tell(watcher);
  };
  const unsubscribe = fleet.subscribe((event) => {
    if (event.kind === 'changed') tellAll();
    if (event.kind !== 'chassis-faults') return;
    for (const watcher of watchers) {
      if (watcher.instance === event.instance) tellFaults(fleet, watcher);
    }
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
      const rule = `At most ${MAX_WATCHERS} watches are open at the same time.`;
      return sendProblem(reply, 503, 'too-many-watchers', rule);
    }
    const { service, instance = '' } = query.data;
    const token = bearerOf(request.headers.authorization);
    if (token !== null && !(instance.startsWith(`${service}-`) && fleet.admits(instance, token))) {
      const rule = `the bearer token is not the WORKLOAD_TOKEN of an instance of ${service}`;
      return sendProblem(reply, 401, 'token-refused', rule);
    }
    const watcher = openWatch(reply, service, token === null ? null : instance);
    reply.raw.on('error', () => undefined).on('close', () => watchers.delete(watcher));
    watchers.add(watcher);
    tell(watcher);
    tellFaults(fleet, watcher);
    return reply;
  });
}

function openWatch(reply: FastifyReply, service: string, instance: string | null): Watcher {
  reply.hijack();
  reply.raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    connection: 'keep-alive',
  });
  const watcher = { service, instance, told: '', toldWorkload: '', looking: null, reply };
  return { ...watcher, lookAgain: false };
}

/** Tells `watcher` of the faults inside of its instance; one that just came back hears of none, too. */
function tellFaults(fleet: Fleet, watcher: Watcher): void {
  if (watcher.instance === null) return;
  const data = JSON.stringify(fleet.chassisFaultsOf(watcher.instance));
  write(watcher, `event: faults\ndata: ${data}\n\n`);
}

/** Tells `watcher` its secrets if they are others than those it was told last. */
function lookAtWorkload(fleet: Fleet, watcher: Watcher): void {
  const { instance } = watcher;
  if (instance === null) return;
  watcher.lookAgain = true;
  watcher.looking ??= (async () => {
    while (watcher.lookAgain) {
      watcher.lookAgain = false;
      const data = JSON.stringify(await fleet.workloadOf(instance));
      if (data === 'null' || data === watcher.toldWorkload) continue;
      watcher.toldWorkload = data;
      write(watcher, `event: workload\ndata: ${data}\n\n`);
    }
  })()
    // It comes back and asks anew.
    .catch(() => void watcher.reply.raw.destroy())
    .finally(() => {
      watcher.looking = null;
    });
}

/** Null without an `Authorization`; one of another scheme is a token that nobody has. */
function bearerOf(header: string | undefined): string | null {
  if (header === undefined) return null;
  return /^Bearer (\S{1,512})$/.exec(header)?.[1] ?? '';
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
