import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { currentContext } from '../context/request-context.ts';
import { isForMachines } from '../http/operational-routes.ts';
import type { HitRequest, RequestFaults } from './request-faults.ts';
import { distortJson } from './wrong-answer.ts';

/**
 * Lets faults act on the requests of `app`, once they were admitted and read. Routes of machines and
 * of operators stay as they are: the lab itself uses them.
 */
export function addRequestFaults(app: FastifyInstance, faults: RequestFaults): void {
  const hit = new WeakMap<FastifyRequest, HitRequest>();

  app.addHook('preHandler', (request, _reply, done) => {
    const drawn = isOfTheLab(request)
      ? undefined
      : faults.draw(operationOf(request), currentContext()?.caller);
    if (!drawn) return done();
    hit.set(request, drawn);
    drawn.before().then(() => done(), done);
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const drawn = hit.get(request);
    // What fails, fails as it is; the answer to an exception comes this way again.
    if (!drawn || reply.statusCode >= 400) return done(null, payload);
    try {
      done(null, drawn.after() === 'wrong' ? distorted(reply, payload) : payload);
    } catch (error) {
      void reply.removeHeader('content-length');
      done(error as Error);
    }
  });
}

function isOfTheLab(request: FastifyRequest): boolean {
  return isForMachines(request) || request.routeOptions.config.access === 'operator';
}

/** As in spans. */
function operationOf({ method, routeOptions }: FastifyRequest): string {
  return `${method} ${routeOptions.url ?? 'unknown'}`;
}

function distorted(reply: FastifyReply, payload: unknown): unknown {
  const isText = typeof payload === 'string' || Buffer.isBuffer(payload);
  if (!isText || reply.hasHeader('content-encoding')) return payload;
  const wrong = distortJson(payload.toString());
  if (wrong === undefined) return payload;
  void reply.removeHeader('content-length');
  return wrong;
}
