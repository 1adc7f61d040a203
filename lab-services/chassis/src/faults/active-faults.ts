import type { ChassisFault, ChassisFaultKind, ChassisFaults, Clock } from '../core/index.ts';

/** The fault of one kind. */
export type FaultOf<Kind extends ChassisFaultKind> = Extract<ChassisFault, { kind: Kind }>;

/** A fault in effect. Told again it stays the same one; told again with other fields it is another. */
export interface ActiveFault<Kind extends ChassisFaultKind = ChassisFaultKind> {
  readonly fault: FaultOf<Kind>;
  /** Aborted as soon as the fault is over. */
  readonly over: AbortSignal;
  /** What is left unless it is told again, milliseconds. */
  readonly leftMs: () => number;
}

/** A line of the answer of `GET /internal/faults`. */
export interface FaultReport {
  id: string;
  kind: ChassisFaultKind;
  leftMs: number;
}

/** The faults that act inside this instance now, as the registry told them. */
export interface ActiveFaults extends Disposable {
  /** False, as it nearly always is: nothing has to be looked at. */
  readonly isAny: boolean;
  /** Those of `kind` in effect, the oldest first. */
  of<Kind extends ChassisFaultKind>(kind: Kind): ActiveFault<Kind>[];
  /** Everything in effect, the oldest first. */
  list(): ActiveFault[];
  /** Calls `begin` for every fault of `kind` that is in effect or begins later, until disposed. */
  during<Kind extends ChassisFaultKind>(
    kind: Kind,
    begin: (active: ActiveFault<Kind>) => void,
  ): Disposable;
  /** Takes over what the registry says; what it does not name is over. */
  tell(message: ChassisFaults): void;
  report(): FaultReport[];
}

/**
 * Creates {@link ActiveFaults} without any. Each fault has its own deadline on the monotonic clock:
 * it ends when nobody tells it again, whatever has become of the registry. Disposing ends all.
 */
export function createActiveFaults(clock: Clock): ActiveFaults {
  const held = new Map<string, HeldFault>();
  const beginners = new Set<{ kind: ChassisFaultKind; begin: (active: ActiveFault) => void }>();

  function end(one: HeldFault): void {
    if (held.get(one.fault.id) === one) held.delete(one.fault.id);
    one.finish();
  }
  function begin(fault: ChassisFault, ttlMs: number): void {
    const one = new HeldFault(fault, clock, ttlMs);
    held.set(fault.id, one);
    void one.outlived().then(() => end(one));
    for (const { kind, begin: start } of beginners) if (kind === fault.kind) start(one);
  }
  const list = () => [...held.values()].filter((one) => one.leftMs() > 0);
  // What has a kind is of the type of that kind: the schema is a union by kind.
  const of = <Kind extends ChassisFaultKind>(kind: Kind) =>
    list().filter(({ fault }) => fault.kind === kind) as unknown as ActiveFault<Kind>[];

  return {
    get isAny() {
      return held.size > 0;
    },
    of,
    list,
    during(kind, start) {
      const beginner = { kind, begin: start as unknown as (active: ActiveFault) => void };
      beginners.add(beginner);
      for (const active of of(kind)) start(active);
      return { [Symbol.dispose]: () => void beginners.delete(beginner) };
    },
    tell({ faults }) {
      const named = new Set(faults.map(({ fault }) => fault.id));
      for (const one of [...held.values()]) if (!named.has(one.fault.id)) end(one);
      for (const { fault, ttlMs } of faults) {
        const known = held.get(fault.id);
        if (known?.prolong(fault, ttlMs)) continue;
        if (known) end(known);
        begin(fault, ttlMs);
      }
    },
    report: () =>
      list().map(({ fault: { id, kind }, leftMs }) => ({ id, kind, leftMs: Math.ceil(leftMs()) })),
    [Symbol.dispose]() {
      for (const one of [...held.values()]) end(one);
    },
  };
}

class HeldFault implements ActiveFault {
  readonly fault: ChassisFault;
  readonly #clock: Clock;
  readonly #text: string;
  readonly #end = new AbortController();
  #endsMs: number;

  constructor(fault: ChassisFault, clock: Clock, ttlMs: number) {
    this.fault = fault;
    this.#clock = clock;
    this.#text = JSON.stringify(fault);
    this.#endsMs = clock.monotonicMs() + ttlMs;
  }

  get over(): AbortSignal {
    return this.#end.signal;
  }

  readonly leftMs = (): number => this.#endsMs - this.#clock.monotonicMs();

  /** @returns false for a fault that is over, or is not this one */
  prolong(fault: ChassisFault, ttlMs: number): boolean {
    if (this.leftMs() <= 0 || JSON.stringify(fault) !== this.#text) return false;
    this.#endsMs = this.#clock.monotonicMs() + ttlMs;
    return true;
  }

  /** Resolves when nobody prolonged it in time, or when it was finished. */
  async outlived(): Promise<void> {
    while (!this.over.aborted && this.leftMs() > 0) {
      await this.#clock.sleep(this.leftMs(), this.over).catch(() => undefined);
    }
  }

  finish(): void {
    this.#end.abort(new Error('over'));
  }
}
