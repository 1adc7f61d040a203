import type { Endpoint, LinkPolicy } from '../core/index.ts';

export type EjectionPolicy = LinkPolicy['ejection'];

/**
 * Chooses the instance an attempt goes to: among the healthy ones that are not ejected the one
 * with the fewest attempts in flight, in turn when several have as few. If none is healthy it
 * takes what there is: the registry may be behind, and a refused connection costs little.
 *
 * Ejection: an instance with `consecutiveFailures` in a row is left alone for `ejectMs`. The last
 * healthy instance that is left is never ejected, however it fails: something has to be tried, and
 * to stop trying is the breaker's decision.
 */
export interface Balancer {
  readonly endpoints: readonly Endpoint[];
  /** Instances that are left alone now. */
  readonly ejected: number;
  /** @param avoid instance of the attempt before, taken again only if it is the only one */
  pick(avoid?: string): Target | undefined;
  /** Like `pick`, but never `instance` and never one that is ejected or unhealthy. */
  pickOther(instance: string): Target | undefined;
  setEndpoints(endpoints: readonly Endpoint[]): void;
  /** Takes effect at once; switched off, nobody is left alone any more. */
  setPolicy(policy: EjectionPolicy): void;
  /** Forgets all failures: nobody is left alone any more. */
  reset(): void;
}

/** An endpoint while an attempt uses it; `release` must be called once. */
export interface Target {
  endpoint: Endpoint;
  /** @param good whether the instance did its part; undefined says nothing about it */
  release(good: boolean | undefined): void;
}

export interface BalancerOptions {
  policy: EjectionPolicy;
  nowMs: () => number;
  ejected: (ejection: { instance: string; failures: number }) => void;
}

interface Record {
  inFlight: number;
  failuresInARow: number;
  ejectedUntilMs: number;
  /** Number of the last pick, for taking turns. */
  picked: number;
}

/** Creates a {@link Balancer} without endpoints. */
export function createBalancer(options: BalancerOptions): Balancer {
  const { nowMs } = options;
  let { policy } = options;
  let endpoints: readonly Endpoint[] = [];
  let records = new Map<string, Record>();
  let picks = 0;

  const isEjected = ({ instance }: Endpoint) =>
    (records.get(instance)?.ejectedUntilMs ?? -Infinity) > nowMs();
  const isGood = (endpoint: Endpoint) => endpoint.healthy && !isEjected(endpoint);

  function take(among: readonly Endpoint[]): Target | undefined {
    const choice = among.map((endpoint) => ({ endpoint, record: records.get(endpoint.instance)! }));
    const best = choice.toSorted((a, b) => compare(a.record, b.record))[0];
    if (best) best.record.picked = ++picks;
    return best && use(best.endpoint, best.record, count);
  }

  function count(endpoint: Endpoint, record: Record, good: boolean): void {
    record.failuresInARow = good ? 0 : record.failuresInARow + 1;
    if (!policy.enabled || record.failuresInARow < policy.consecutiveFailures) return;
    if (isEjected(endpoint)) return;
    const { instance } = endpoint;
    if (!endpoints.some((other) => other.instance !== instance && isGood(other))) return;
    const failures = record.failuresInARow;
    record.failuresInARow = 0;
    record.ejectedUntilMs = nowMs() + policy.ejectMs;
    options.ejected({ instance, failures });
  }

  return {
    get endpoints() {
      return endpoints;
    },
    get ejected() {
      return endpoints.filter(isEjected).length;
    },
    pick: (avoid) =>
      take(
        narrow(endpoints, [
          ({ healthy }) => healthy,
          (endpoint) => !isEjected(endpoint),
          ({ instance }) => instance !== avoid,
        ]),
      ),
    pickOther: (instance) =>
      take(endpoints.filter((other) => other.instance !== instance && isGood(other))),
    setEndpoints(next) {
      endpoints = next;
      records = new Map(
        next.map(({ instance }) => [instance, records.get(instance) ?? newRecord()]),
      );
    },
    reset: () => forgive(records, { failuresInARow: 0 }),
    setPolicy(next) {
      policy = next;
      if (!next.enabled) forgive(records);
    },
  };
}

/** Takes back all ejections. */
function forgive(records: Map<string, Record>, more: Partial<Record> = {}): void {
  for (const record of records.values()) {
    Object.assign(record, { ejectedUntilMs: -Infinity, ...more });
  }
}

function newRecord(): Record {
  return { inFlight: 0, failuresInARow: 0, ejectedUntilMs: -Infinity, picked: 0 };
}

function use(
  endpoint: Endpoint,
  record: Record,
  count: (endpoint: Endpoint, record: Record, good: boolean) => void,
): Target {
  record.inFlight++;
  return {
    endpoint,
    release(good) {
      record.inFlight--;
      if (good !== undefined) count(endpoint, record, good);
    },
  };
}

/** Fewest attempts in flight first, then whoever waited longest. */
function compare(a: Record, b: Record): number {
  return a.inFlight - b.inFlight || a.picked - b.picked;
}

/** Applies each wish that leaves something. */
function narrow(
  endpoints: readonly Endpoint[],
  wishes: readonly ((endpoint: Endpoint) => boolean)[],
): readonly Endpoint[] {
  let left = endpoints;
  for (const wish of wishes) {
    const kept = left.filter(wish);
    if (kept.length > 0) left = kept;
  }
  return left;
}
