import type { ChassisFaultKind, Clock, Random } from '../core/index.ts';
import type { ActiveFault, ActiveFaults } from './active-faults.ts';
import { failureOf, uncaughtFailure } from './failures.ts';

const KINDS = [
  'application.error',
  'application.latency',
  'application.exception',
  'application.wrong-answer',
  'application.leak',
] as const satisfies readonly ChassisFaultKind[];
type RequestFault = ActiveFault<(typeof KINDS)[number]>;

/** A request that faults hit. */
export interface HitRequest {
  /**
   * What happens before the handler runs: bytes are kept, time passes.
   *
   * @throws what takes the place of the handler
   */
  before(): Promise<void>;
  /**
   * What becomes of a good answer; a fault that is over by now does nothing.
   *
   * @throws what takes the place of the answer
   */
  after(): 'unchanged' | 'wrong';
}

/** Decides which requests the faults of kind `application.*` hit, over both protocols. */
export interface RequestFaults {
  /**
   * Draws for one request; undefined for one that nothing hits.
   *
   * @param operation name of its span: `POST /charges`, `inventory.v1.Inventory/Reserve`
   * @param caller service that makes it; undefined if nobody knows
   */
  draw(operation: string, caller: string | undefined): HitRequest | undefined;
}

export interface RequestFaultsOptions {
  faults: ActiveFaults;
  /** Draws for `ratio` and for the jitter of latencies. */
  random: Random;
  clock: Clock;
}

/** Creates {@link RequestFaults}. */
export function createRequestFaults({
  faults,
  random,
  clock,
}: RequestFaultsOptions): RequestFaults {
  /** How many requests each fault has hit; those with a limit end there. */
  const hits = new WeakMap<RequestFault, number>();
  const leaks = new WeakMap<RequestFault, Buffer[]>();

  function isHit(active: RequestFault, operation: string, caller: string | undefined): boolean {
    const { fault } = active;
    if (fault.operation !== undefined && fault.operation !== operation) return false;
    if (fault.caller !== undefined && fault.caller !== caller) return false;
    const count = hits.get(active) ?? 0;
    if (fault.first !== undefined && count >= fault.first) return false;
    if (fault.ratio < 1 && random.next() >= fault.ratio) return false;
    hits.set(active, count + 1);
    return true;
  }
  function leak(active: RequestFault, bytes: number): void {
    const kept = leaks.get(active) ?? [];
    if (!leaks.has(active)) {
      leaks.set(active, kept);
      active.over.addEventListener('abort', () => kept.splice(0), { once: true });
    }
    if (!active.over.aborted) kept.push(Buffer.alloc(bytes, 1));
  }
  async function strike(active: RequestFault): Promise<void> {
    const { fault, over } = active;
    if (over.aborted) return;
    if (fault.kind === 'application.leak') leak(active, fault.bytesPerRequest);
    if (fault.kind === 'application.error') throw failureOf(fault.status);
    if (fault.kind !== 'application.latency') return;
    const jitterMs = (random.next() * 2 - 1) * fault.jitterMs;
    // Whoever is held when the fault ends is let go.
    await clock.sleep(Math.max(0, fault.latencyMs + jitterMs), over).catch(() => undefined);
  }

  return {
    draw(operation, caller) {
      if (!faults.isAny) return undefined;
      const drawn = KINDS.flatMap<RequestFault>((kind) => faults.of(kind)).filter((active) =>
        isHit(active, operation, caller),
      );
      if (drawn.length === 0) return undefined;
      // What takes time is over before something fails.
      const fails = ({ fault }: RequestFault) => fault.kind === 'application.error';
      const inOrder = drawn.toSorted((one, other) => Number(fails(one)) - Number(fails(other)));
      return {
        async before() {
          for (const active of inOrder) await strike(active);
        },
        after() {
          const left = drawn.filter(({ over }) => !over.aborted).map(({ fault }) => fault.kind);
          if (left.includes('application.exception')) throw uncaughtFailure();
          return left.includes('application.wrong-answer') ? 'wrong' : 'unchanged';
        },
      };
    },
  };
}
