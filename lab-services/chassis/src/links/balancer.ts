import type { Endpoint } from '../core/index.ts';

/**
 * Chooses the instance an attempt goes to: among the healthy ones that are not ejected the one
 * with the fewest attempts in flight, in turn when several have as few. If none is healthy it
 * takes what there is: the registry may be behind, and a refused connection costs little.
 */
export interface Balancer {
  readonly endpoints: readonly Endpoint[];
  /** @param avoid instance of the attempt before, taken again only if it is the only one */
  pick(avoid?: string): Target | undefined;
  setEndpoints(endpoints: readonly Endpoint[]): void;
}

/** An endpoint while an attempt uses it; `release` must be called once. */
export interface Target {
  endpoint: Endpoint;
  /** @param good whether the instance did its part; undefined says nothing about it */
  release(good: boolean | undefined): void;
}

/** Failures in a row after which an instance is left alone for a while. */
const EJECT_AFTER = 5;
const EJECT_MS = 5000;

interface Record {
  inFlight: number;
  failuresInARow: number;
  ejectedUntilMs: number;
  /** Number of the last pick, for taking turns. */
  picked: number;
}

/** Creates a {@link Balancer} without endpoints. */
export function createBalancer(nowMs: () => number): Balancer {
  let endpoints: readonly Endpoint[] = [];
  let records = new Map<string, Record>();
  let picks = 0;

  function candidates(avoid: string | undefined): readonly Endpoint[] {
    const now = nowMs();
    const steps: ((endpoint: Endpoint) => boolean)[] = [
      ({ healthy }) => healthy,
      ({ instance }) => (records.get(instance)?.ejectedUntilMs ?? 0) <= now,
      ({ instance }) => instance !== avoid,
    ];
    let left = endpoints;
    for (const keep of steps) {
      const kept = left.filter(keep);
      if (kept.length > 0) left = kept;
    }
    return left;
  }

  return {
    get endpoints() {
      return endpoints;
    },
    pick(avoid) {
      let best: { endpoint: Endpoint; record: Record } | undefined;
      for (const endpoint of candidates(avoid)) {
        const record = records.get(endpoint.instance)!;
        if (!best || precedes(record, best.record)) best = { endpoint, record };
      }
      if (!best) return undefined;
      const { endpoint, record } = best;
      record.inFlight++;
      record.picked = ++picks;
      return {
        endpoint,
        release(good) {
          record.inFlight--;
          if (good === undefined) return;
          record.failuresInARow = good ? 0 : record.failuresInARow + 1;
          if (record.failuresInARow < EJECT_AFTER) return;
          record.failuresInARow = 0;
          record.ejectedUntilMs = nowMs() + EJECT_MS;
        },
      };
    },
    setEndpoints(next) {
      endpoints = next;
      records = new Map(
        next.map(({ instance }) => [
          instance,
          records.get(instance) ?? { inFlight: 0, failuresInARow: 0, ejectedUntilMs: 0, picked: 0 },
        ]),
      );
    },
  };
}

function precedes(a: Record, b: Record): boolean {
  return a.inFlight === b.inFlight ? a.picked < b.picked : a.inFlight < b.inFlight;
}
