import type { FastifyInstance } from 'fastify';
import { Counter, Gauge } from 'prom-client';
import type { Configuration } from '../configuration/configuration.ts';
import { EVENT, METRIC, type Clock } from '../core/index.ts';
import type { Telemetry } from '../service.ts';
import { send } from './error-answers.ts';
import { isForMachines } from './operational-routes.ts';
import { problemDocument } from './problem-error.ts';

export interface LoadSheddingOptions {
  configuration: Pick<Configuration, 'enforced'>;
  telemetry: Telemetry;
  clock: Clock;
}

/** A flood is told of this often at most: refusing has to stay cheap. */
const TELL_EVERY_MS = 1000;
/** The refusal. */
export const OVERLOADED = problemDocument(
  503,
  'overloaded',
  'Too many requests in progress; try later',
);

/** Counts what is in progress, of both protocols, and refuses what is beyond `concurrency`. */
export interface LoadShedder {
  /** Whether a request may begin; if so, `leave` has to be called once. */
  enter(): boolean;
  leave(): void;
}

/** Creates a {@link LoadShedder}. The metrics count every refusal; the event sums them up. */
export function createLoadShedder(options: LoadSheddingOptions): LoadShedder {
  const { configuration, telemetry, clock } = options;
  const registers = [telemetry.metrics];
  let inFlight = 0;
  new Gauge({
    name: METRIC.activeRequests,
    help: 'Requests in progress',
    registers,
    collect() {
      this.set(inFlight);
    },
  });
  const shed = new Counter({
    name: METRIC.loadShed,
    help: 'Requests refused because too many were in progress',
    registers,
  });
  let toldMs = -Infinity;
  let untold = 0;
  function tell(): void {
    untold++;
    const now = clock.monotonicMs();
    if (now - toldMs < TELL_EVERY_MS) return;
    const count = untold;
    toldMs = now;
    untold = 0;
    telemetry.event(EVENT.loadShed, { in_flight: inFlight, count }, `${count} request(s) shed`);
  }

  return {
    enter() {
      const policy = configuration.enforced('loadShedding');
      if (policy && inFlight >= policy.concurrency) {
        shed.inc();
        tell();
        return false;
      }
      inFlight++;
      return true;
    },
    leave() {
      inFlight--;
    },
  };
}

/**
 * Refuses requests: 503 `overloaded` with `Retry-After`, before a body is read and before a span is
 * begun. It has to be the first hook.
 */
export function addLoadShedding(app: FastifyInstance, shedder: LoadShedder): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (isForMachines(request)) return done();
    if (!shedder.enter()) {
      void send(reply.header('retry-after', '1'), OVERLOADED);
      return;
    }
    // Comes once, also for a client that went away.
    reply.raw.once('close', () => shedder.leave());
    done();
  });
}
