import type { CallOutcome, Chassis, Link, Worker } from '@faultline/chassis';
import { z } from 'zod';
import type { Events } from './events.ts';
import type { Load } from './load.ts';
import { planJourneys, type PlannedJourney, type PlannedRequest } from './plan.ts';

/** Plays a load against the gateway until told otherwise. */
export interface Generator extends Worker {
  readonly load: Load;
  readonly inFlight: number;
  /** Begins another load from its start. Requests under way are let finish. */
  change(load: Load): void;
}

export interface GeneratorOptions {
  chassis: Pick<Chassis, 'clock' | 'ids' | 'withContext' | 'log'>;
  gateway: Link;
  events: Events;
  initial: Load;
}

/** More requests are not kept waiting: they are dropped and counted. */
const MOST_IN_FLIGHT = 500;
/** A customer waits so long for an answer, milliseconds. */
const PATIENCE_MS = 5_000;
/** After a longer pause of this process the load goes on from now instead of catching up. */
const LARGEST_LAG_MS = 1_000;

const ignored = z.unknown();

/**
 * Creates the generator. Its loop is open: requests leave on schedule whatever became of those
 * before. A closed loop, which waits for answers, would spare exactly the services that are slow.
 */
export function createGenerator(options: GeneratorOptions): Generator {
  const { chassis, initial } = options;
  const flight = createFlight(options);
  let load = initial;
  let started = false;
  let playing: { end: AbortController; done: Promise<void> } | undefined;

  function begin(): void {
    playing?.end.abort(new Error('the load changed'));
    if (!started || !load.enabled || load.rps === 0) return;
    const end = new AbortController();
    playing = { end, done: play(options, flight, load, end.signal) };
  }

  return {
    name: 'load generator',
    get load() {
      return load;
    },
    get inFlight() {
      return flight.size();
    },
    change(next) {
      load = next;
      chassis.log.info({ load }, 'load changed');
      begin();
    },
    start() {
      started = true;
      begin();
    },
    async [Symbol.asyncDispose]() {
      started = false;
      playing?.end.abort(new Error('generator closed'));
      await playing?.done;
      await flight.landed();
    },
  };
}

async function play(
  { chassis: { clock, ids } }: GeneratorOptions,
  flight: Flight,
  load: Load,
  signal: AbortSignal,
): Promise<void> {
  let startMs = clock.monotonicMs();
  for (const journey of planJourneys(load)) {
    const waitMs = startMs + journey.atMs - clock.monotonicMs();
    if (waitMs < -LARGEST_LAG_MS) startMs -= waitMs;
    if (waitMs > 0) await clock.sleep(waitMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    const correlationId = ids.next();
    for (const request of journey.requests) {
      void clock
        .sleep(request.offsetMs, signal)
        .then(() => flight.send(journey, request, correlationId))
        .catch(() => undefined);
    }
  }
}

/** The requests under way. */
interface Flight {
  size(): number;
  send(journey: PlannedJourney, request: PlannedRequest, correlationId: string): void;
  /** Resolves when all that are under way are answered. */
  landed(): Promise<void>;
}

function createFlight({ chassis, gateway, events }: GeneratorOptions): Flight {
  const airborne = new Set<Promise<void>>();

  /** Each request is a trace of its own; the correlation id holds the journey together. */
  async function ask(
    { journey }: PlannedJourney,
    { operation, method, path, query, body }: PlannedRequest,
    correlationId: string,
  ): Promise<void> {
    const outcome: CallOutcome<unknown> = await chassis.withContext(
      { correlationId, deadlineMs: PATIENCE_MS, operation: `${journey}: ${operation}` },
      () =>
        gateway.call({
          operation,
          method,
          path,
          response: ignored,
          ...(query ? { query } : {}),
          ...(method === 'POST' ? { body, idempotencyKey: chassis.ids.next() } : {}),
        }),
    );
    events.requestAnswered(journey, outcome);
  }

  return {
    size: () => airborne.size,
    send(journey, request, correlationId) {
      if (airborne.size >= MOST_IN_FLIGHT) {
        events.requestDropped(journey.journey);
        return;
      }
      events.requestSent(journey.journey);
      const flying = ask(journey, request, correlationId)
        .catch((error: unknown) => chassis.log.error({ err: error }, 'request failed to be sent'))
        .finally(() => airborne.delete(flying));
      airborne.add(flying);
    },
    async landed() {
      await Promise.all(airborne);
    },
  };
}
