import type { Clock, IdSource } from '@faultline/chassis/core';
import type { Fleet } from '@faultline/fleet';
import { beyondDuration, beyondReach, DEFAULT_LIMITS, type FaultLimits } from '../limits.ts';
import { refused, type FaultRefusal } from '../refusal.ts';
import { TTL_SECONDS, type FaultRegistry, type FaultRequest } from '../registry.ts';
import { canBeHit, resolveTarget } from '../selector.ts';
import type { FaultTarget } from '../model.ts';
import { proxiesOf } from '../network/proxies.ts';
import {
  conflicting,
  contextOf,
  leaseOf,
  RENEW_EVERY_MS,
  type HeldFault,
  type Lease,
  type LeaseEnd,
  type LeaseEvent,
} from './lease.ts';
import { reconcile, type Reconciliation } from './reconcile.ts';
import { undoUntilClean } from './undo.ts';

/** The one place where faults begin and end. */
export interface Leases extends AsyncDisposable {
  /** Active faults, the oldest first, with those whose undo is not verified yet. */
  list(): Lease[];
  readonly latched: boolean;
  /** How far faults may reach here. */
  readonly limits: FaultLimits;
  /**
   * Validates and applies a fault. When applying fails half-way, what was done is undone before
   * this returns. A fault of a kind that excludes an active one on the same line or instance is
   * refused with `fault-conflict`: a lease belongs to its owner, and nobody else ends it silently.
   */
  apply(request: unknown, owner: string): Promise<{ kind: 'applied'; lease: Lease } | FaultRefusal>;
  /** Moves the end by so many seconds; a lease never lives longer than the limit from now. */
  extend(id: string, seconds: number): { kind: 'extended'; lease: Lease } | FaultRefusal;
  /** Ends one fault; resolves when the undo was verified, or refuses with `fault-stuck`. */
  clear(id: string): Promise<{ kind: 'cleared'; lease: Lease } | FaultRefusal>;
  /** Stop all: latches, ends every fault, and answers with those that are still stuck. */
  clearAll(): Promise<{ cleared: number; stuck: Lease[] }>;
  /** Lifts the latch of stop all. */
  release(): void;
  /** Ends every effect that no lease owns. To be called when a fleet has been picked up. */
  reconcile(): Promise<Reconciliation>;
  /** Returns a function that ends the subscription. */
  subscribe(listener: (event: LeaseEvent) => void): () => void;
}

/** What the lease manager needs. */
export interface LeasesParts {
  fleet: Fleet;
  clock: Clock;
  ids: IdSource;
  registry: FaultRegistry;
  /** Default {@link DEFAULT_LIMITS}. */
  limits?: Partial<FaultLimits>;
}

/** Creates the lease manager. Disposing of it ends every fault. */
export function createLeases(parts: LeasesParts): Leases {
  return new FleetLeases(parts);
}

class FleetLeases implements Leases {
  readonly #parts: LeasesParts;
  readonly limits: FaultLimits;
  readonly #held = new Map<string, HeldFault>();
  readonly #listeners = new Set<(event: LeaseEvent) => void>();
  readonly #life = new AbortController();
  readonly #unsubscribe: () => void;
  #latched = false;

  constructor(parts: LeasesParts) {
    this.#parts = parts;
    this.limits = { ...DEFAULT_LIMITS, ...parts.limits };
    this.#unsubscribe = parts.fleet.subscribe((event) => {
      if (event.kind === 'changed') this.#followFleet();
    });
  }

  get latched(): boolean {
    return this.#latched;
  }

  list(): Lease[] {
    return [...this.#held.values()].filter(({ phase }) => phase !== 'applying').map(leaseOf);
  }

  async apply(
    input: unknown,
    owner: string,
  ): Promise<{ kind: 'applied'; lease: Lease } | FaultRefusal> {
    if (this.#latched) return refused('stopped', STOPPED);
    const request = this.#parts.registry.parse(input);
    if (isRefusal(request)) return request;
    const target = this.#admit(request);
    if (target.kind === 'refused') return target;
    // Nothing is awaited between admission and this line: two requests cannot both be admitted.
    const held = this.#hold(request, target, owner);
    const { kind, spec } = request;
    const applied = kind.apply(spec, target, this.#context(held));
    held.work = applied.catch(() => undefined);
    try {
      await applied;
    } catch (error) {
      await this.#end(held, 'rolled-back');
      const cause = error instanceof Error ? error.message : String(error);
      return refused('fault-not-applied', `${kind.kind} was not applied, and undone: ${cause}`);
    }
    if (held.ending) return refused('stopped', STOPPED);
    const { clock } = this.#parts;
    held.phase = 'active';
    held.appliedAt = clock.now();
    held.expiresAt = held.appliedAt + request.ttlSeconds * 1000;
    held.deadlineMs = clock.monotonicMs() + request.ttlSeconds * 1000;
    held.work = this.#keep(held);
    this.#publish({ kind: 'applied', lease: leaseOf(held) });
    return { kind: 'applied', lease: leaseOf(held) };
  }

  extend(id: string, seconds: number): { kind: 'extended'; lease: Lease } | FaultRefusal {
    const held = this.#held.get(id);
    if (held?.phase !== 'active') return unknownFault(id);
    const { clock } = this.#parts;
    const leftMs = Math.min(
      held.deadlineMs - clock.monotonicMs() + seconds * 1000,
      Math.min(this.limits.durationSeconds, TTL_SECONDS.maximum) * 1000,
    );
    held.deadlineMs = clock.monotonicMs() + leftMs;
    held.expiresAt = clock.now() + leftMs;
    this.#publish({ kind: 'changed', lease: leaseOf(held) });
    return { kind: 'extended', lease: leaseOf(held) };
  }

  async clear(id: string): Promise<{ kind: 'cleared'; lease: Lease } | FaultRefusal> {
    const held = this.#held.get(id);
    if (!held || held.phase === 'applying') return unknownFault(id);
    await this.#end(held, 'cleared');
    if (!this.#held.has(id)) return { kind: 'cleared', lease: leaseOf(held) };
    return refused('fault-stuck', `${id} is not undone yet and is retried: ${held.detail ?? ''}`);
  }

  async clearAll(): Promise<{ cleared: number; stuck: Lease[] }> {
    this.#latched = true;
    this.#publish({ kind: 'latch', latched: true });
    const all = [...this.#held.values()];
    await Promise.all(all.map((held) => this.#end(held, 'stopped-all')));
    const stuck = all.filter(({ id }) => this.#held.has(id));
    return { cleared: all.length - stuck.length, stuck: stuck.map(leaseOf) };
  }

  release(): void {
    if (!this.#latched) return;
    this.#latched = false;
    this.#publish({ kind: 'latch', latched: false });
  }

  reconcile(): Promise<Reconciliation> {
    const owned = [...this.#held.values()].map(({ id, request, target }) => ({
      id,
      kind: request.kind.kind,
      target,
    }));
    return reconcile(this.#parts.fleet, owned, this.#life.signal);
  }

  subscribe(listener: (event: LeaseEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#latched = true;
    this.#unsubscribe();
    await Promise.all([...this.#held.values()].map((held) => this.#end(held, 'stopped-all')));
    this.#life.abort(new Error('the lease manager is disposed of'));
    this.#listeners.clear();
  }

  /** The rules that depend on the moment: fleet, target, limit, conflict. */
  #admit({ kind, selector, ttlSeconds }: FaultRequest): FaultTarget | FaultRefusal {
    const { fleet } = this.#parts;
    if (!canBeHit(fleet)) {
      const { phase } = fleet.status();
      return refused('fleet-not-running', `the fleet is ${phase}: launch it, then break it`);
    }
    const target = resolveTarget(kind, selector, fleet.status());
    if (target.kind === 'refused') return target;
    const beyond = beyondDuration(this.limits, ttlSeconds) ?? beyondReach(this.limits, target);
    if (beyond) return beyond;
    if (this.#held.size >= this.limits.active) {
      const detail = `${this.#held.size} faults are active; the limit is ${this.limits.active}`;
      return refused('too-many-faults', detail);
    }
    const other = conflicting(this.#held.values(), kind, target);
    if (!other) return target;
    const { summary, target: hit, owner } = leaseOf(other);
    return refused(
      'fault-conflict',
      `fault ${other.id} (${summary} on ${hit.selector}, by ${owner}) holds the same ${target.kind === 'instances' ? 'instance' : 'line'}: end it first`,
    );
  }

  #hold(request: FaultRequest, target: FaultTarget, owner: string): HeldFault {
    const { clock, ids } = this.#parts;
    const held: HeldFault = {
      id: ids.next(),
      request,
      owner,
      target,
      appliedAt: clock.now(),
      expiresAt: clock.now() + request.ttlSeconds * 1000,
      deadlineMs: clock.monotonicMs() + request.ttlSeconds * 1000,
      phase: 'applying',
      detail: null,
      work: Promise.resolve(),
      wake: new AbortController(),
      ending: null,
      why: 'expired',
    };
    this.#held.set(held.id, held);
    return held;
  }

  /** Prolongs the effect until the lease is over, then ends it. */
  async #keep(held: HeldFault): Promise<void> {
    const { clock } = this.#parts;
    const { kind, spec } = held.request;
    for (;;) {
      const leftMs = held.deadlineMs - clock.monotonicMs();
      if (leftMs <= 0) break;
      await clock.sleep(Math.min(leftMs, RENEW_EVERY_MS), held.wake.signal).catch(() => undefined);
      if (held.ending) return;
      if (held.wake.signal.aborted) held.wake = new AbortController();
      if (held.deadlineMs <= clock.monotonicMs()) break;
      const context = this.#context(held);
      if (kind.endsItself?.(spec)) {
        const verdict = await kind.verifyUndone(spec, held.target, context).catch(() => null);
        if (verdict?.clean && !held.ending) return void this.#end(held, 'over');
      }
      await kind.renew(spec, held.target, context).then(
        () => this.#note(held, null),
        (error: Error) => this.#note(held, `not prolonged: ${error.message}`),
      );
      if (held.ending) return;
    }
    void this.#end(held, 'expired');
  }

  /** Resolves when the undo was verified, or is stuck and goes on being retried. */
  #end(held: HeldFault, why: LeaseEnd): Promise<void> {
    if (held.ending) return held.ending;
    const { fleet, clock } = this.#parts;
    const settled = Promise.withResolvers<void>();
    held.ending = settled.promise;
    held.why = why;
    const work = held.work;
    held.wake.abort();
    const wasSeen = held.phase !== 'applying';
    held.phase = 'reverting';
    if (wasSeen) this.#publish({ kind: 'changed', lease: leaseOf(held) });
    const undo = async () => {
      // The renewal under way could put back what the undo removes.
      if (why !== 'expired' && why !== 'over') await work;
      await undoUntilClean({ held, fleet, clock, signal: this.#life.signal }, (left, stuck) => {
        held.phase = stuck ? 'stuck' : 'reverting';
        held.detail = left;
        this.#publish({ kind: 'changed', lease: leaseOf(held) });
        if (stuck) settled.resolve();
      });
      this.#held.delete(held.id);
      this.#publish({ kind: 'ended', lease: leaseOf(held), why, at: clock.now() });
    };
    undo().then(
      () => settled.resolve(),
      // Only disposal interrupts an undo.
      () => settled.resolve(),
    );
    return settled.promise;
  }

  /** A fault on a link also covers the proxies that appear while it lasts; some follow instances. */
  #followFleet(): void {
    const status = this.#parts.fleet.status();
    for (const held of this.#held.values()) {
      const { kind, selector } = held.request;
      if (held.phase !== 'active') continue;
      if (held.target.kind === 'instances' && !kind.followsFleet) continue;
      const target = resolveTarget(kind, selector, status);
      if (target.kind === 'refused') continue;
      // What came up since may be what the limits spare: the fault stays with what it hits.
      if (beyondReach(this.limits, target)) continue;
      const known = new Set(holdersOf(held.target));
      const now = holdersOf(target);
      if (now.length === known.size && now.every((holder) => known.has(holder))) continue;
      held.target = target;
      held.wake.abort();
      this.#publish({ kind: 'changed', lease: leaseOf(held) });
    }
  }

  #note(held: HeldFault, detail: string | null): void {
    if (held.detail === detail || held.ending) return;
    held.detail = detail;
    this.#publish({ kind: 'changed', lease: leaseOf(held) });
  }

  #context(held: HeldFault) {
    const { fleet, clock } = this.#parts;
    return contextOf(
      held,
      { fleet, clock },
      held.deadlineMs - clock.monotonicMs(),
      this.#life.signal,
    );
  }

  #publish(event: LeaseEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** The parts that hold the effect of a fault. */
function holdersOf(target: FaultTarget): readonly string[] {
  return target.kind === 'instances' ? target.instances : proxiesOf(target);
}

const STOPPED = 'stop all is in force: release it to break things again';

function unknownFault(id: string): FaultRefusal {
  return refused('unknown-fault', `no active fault has the id ${id.slice(0, 80)}`);
}

function isRefusal(answer: FaultRequest | FaultRefusal): answer is FaultRefusal {
  return answer.kind === 'refused';
}
