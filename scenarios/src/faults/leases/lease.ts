import type { FaultContext, FaultTarget, AnyFaultKind } from '../model.ts';
import type { FaultRequest } from '../registry.ts';
import { describeSelector, flattenTarget } from '../selector.ts';

/** One fault as others see it: it has an owner and a time limit, and ends by itself. */
export interface Lease {
  id: string;
  kind: string;
  /** For people: `latency 2 s ± 100 ms`. */
  summary: string;
  target: { selector: string; links: string[]; instances: string[] };
  /** The request as it was validated. */
  spec: Record<string, unknown>;
  owner: string;
  /** Epoch milliseconds. */
  appliedAt: number;
  expiresAt: number;
  /** `reverting` until the undo was verified; `stuck` when it could not be, and is retried. */
  state: 'active' | 'reverting' | 'stuck';
  /** What is left, or why it could not be prolonged; null when all is well. */
  detail: string | null;
}

/** Why a lease ended. */
export type LeaseEnd = 'expired' | 'cleared' | 'stopped-all' | 'over' | 'rolled-back';

/** What the lease manager says as it happens. */
export type LeaseEvent =
  | { kind: 'applied' | 'changed'; lease: Lease }
  | { kind: 'ended'; lease: Lease; why: LeaseEnd; at: number }
  | { kind: 'latch'; latched: boolean };

/** A lease from the inside. Only the manager changes it. */
export interface HeldFault {
  readonly id: string;
  readonly request: FaultRequest;
  readonly owner: string;
  target: FaultTarget;
  appliedAt: number;
  expiresAt: number;
  /** End on the monotonic clock: the wall clock may jump. */
  deadlineMs: number;
  phase: 'applying' | Lease['state'];
  detail: string | null;
  /** What is being done to the fault now; the undo waits for it. */
  work: Promise<void>;
  /** Interrupts the pause between two renewals. */
  wake: AbortController;
  /** Set when the end began; resolves when the undo was verified or is stuck. */
  ending: Promise<void> | null;
  why: LeaseEnd;
}

/** The outside view of a held fault. */
export function leaseOf(held: HeldFault): Lease {
  const { kind, spec, selector, request } = held.request;
  return {
    id: held.id,
    kind: kind.kind,
    summary: kind.describe(spec),
    target: { selector: describeSelector(selector), ...flattenTarget(held.target) },
    spec: request,
    owner: held.owner,
    appliedAt: held.appliedAt,
    expiresAt: held.expiresAt,
    state: held.phase === 'applying' ? 'active' : held.phase,
    detail: held.detail,
  };
}

/** What holds an effect by itself, a toxic, lives this long at most unless it is prolonged. */
export const EFFECT_TTL_MS = 4_000;

/** How often leases are prolonged: an effect survives two failed renewals. */
export const RENEW_EVERY_MS = 1_000;

/** The context a kind acts in, for what is left of the lease. */
export function contextOf(
  held: HeldFault,
  { fleet, clock }: Pick<FaultContext, 'fleet' | 'clock'>,
  leftMs: number,
  signal: AbortSignal,
): FaultContext {
  return {
    fleet,
    clock,
    proxyApiUrl: fleet.proxyApiUrl ?? '',
    faultId: held.id,
    ttlMs: Math.max(1, Math.ceil(Math.min(leftMs, EFFECT_TTL_MS))),
    signal,
  };
}

/** Names of what a fault holds, to find out whether two faults meet. */
function holdings(kind: AnyFaultKind, target: FaultTarget): string[] {
  if (target.kind === 'instances') return [...target.instances];
  const links = target.kind === 'link' ? [target] : target.links;
  return links.flatMap(({ link, proxies }) =>
    // A link without proxies will have some: the link itself is what two faults would share.
    proxies.length === 0 ? [link] : proxies.map(({ proxy }) => proxy),
  );
}

/** The active fault that excludes a new one of `kind` on `target`, if there is one. */
export function conflicting(
  held: Iterable<HeldFault>,
  kind: AnyFaultKind,
  target: FaultTarget,
): HeldFault | undefined {
  const wanted = new Set(holdings(kind, target));
  return [...held].find(
    (other) =>
      (kind.excludes(other.request.kind.kind) || other.request.kind.excludes(kind.kind)) &&
      holdings(other.request.kind, other.target).some((name) => wanted.has(name)),
  );
}
