import type { Chassis, Link, Worker } from '@faultline/chassis';
import type { Customers } from './customers.ts';
import type { Events } from './events.ts';
import type { Load } from './load.ts';
import { createFlight, type Flight } from './flight.ts';
import { planJourneys } from './plan.ts';

/** Plays a load against the shop until told otherwise. */
export interface Generator extends Worker {
  readonly load: Load;
  readonly inFlight: number;
  /** Begins another load from its start. Requests under way are let finish. */
  change(load: Load): void;
  /**
   * Plays more journeys beside the load, which goes on as planned. They have a seed of their own,
   * derived from the load's, so that the sequence of the load stays what its seed says.
   *
   * @param rpsOf how many requests per second more, for the load of the moment
   */
  overlay(rpsOf: (load: Load) => number): Disposable;
  /** Sends requests that failed again at once, at most so many times each. */
  repeatFailed(times: number): Disposable;
}

export interface GeneratorOptions {
  chassis: Pick<Chassis, 'clock' | 'ids' | 'telemetry' | 'withContext' | 'log'>;
  edge: Link;
  /** Log in before they order; undefined where nobody asks who somebody is. */
  customers: Customers | undefined;
  events: Events;
  initial: Load;
}

/** No overlay adds more, requests per second. */
const MOST_ADDED_RPS = 1_000;
/** Tells the seed of an overlay from that of the load. */
const OVERLAY_SEED = 0x5bd1e995;
/** After a longer pause of this process the load goes on from now instead of catching up. */
const LARGEST_LAG_MS = 1_000;

/**
 * Creates the generator. Its loop is open: requests leave on schedule whatever became of those
 * before. A closed loop, which waits for answers, would spare exactly the services that are slow.
 */
export function createGenerator(options: GeneratorOptions): Generator {
  const { chassis, initial } = options;
  const repeats = new Set<{ times: number }>();
  const flight = createFlight(options, () => sum([...repeats].map(({ times }) => times)));
  const overlays = new Set<Part>();
  const main: Part = { loadOf: (wanted) => wanted };
  let load = initial;
  let started = false;

  function begin(part: Part): void {
    part.playing?.end.abort(new Error('the load changed'));
    const played = part.loadOf(load);
    if (!started || !load.enabled || played.rps === 0) return;
    const end = new AbortController();
    part.playing = { end, done: play(options, flight, played, end.signal) };
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
      for (const part of [main, ...overlays]) begin(part);
    },
    overlay(rpsOf) {
      const part: Part = { loadOf: (wanted) => besides(wanted, rpsOf(wanted)) };
      overlays.add(part);
      begin(part);
      return {
        [Symbol.dispose]() {
          overlays.delete(part);
          part.playing?.end.abort(new Error('the overlay ended'));
        },
      };
    },
    repeatFailed(times) {
      const one = { times };
      repeats.add(one);
      return { [Symbol.dispose]: () => void repeats.delete(one) };
    },
    start() {
      started = true;
      for (const part of [main, ...overlays]) begin(part);
    },
    async [Symbol.asyncDispose]() {
      started = false;
      const parts = [main, ...overlays];
      for (const { playing } of parts) playing?.end.abort(new Error('generator closed'));
      await Promise.all(parts.map(({ playing }) => playing?.done ?? Promise.resolve()));
      await flight.landed();
    },
  };
}

/** The load, or what is played beside it. */
interface Part {
  loadOf: (wanted: Load) => Load;
  playing?: { end: AbortController; done: Promise<void> };
}

/** A load of `rps` beside `wanted`: the same customers, drawn otherwise. */
function besides(wanted: Load, rps: number): Load {
  return {
    ...wanted,
    rps: Math.min(MOST_ADDED_RPS, Math.max(0, rps)),
    seed: (wanted.seed ^ OVERLAY_SEED) >>> 0,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
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
