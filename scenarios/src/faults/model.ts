import type { Fleet } from '@faultline/fleet';
import type { z } from 'zod';

/** What a fault hits, resolved against the fleet as it stands when the fault is applied. */
export type FaultTarget =
  | { kind: 'link'; link: string; proxies: readonly { proxy: string; instance: string }[] }
  | { kind: 'links'; links: readonly Extract<FaultTarget, { kind: 'link' }>[] }
  | { kind: 'instances'; instances: readonly string[] };

/** What a fault may touch when it acts. */
export interface FaultContext {
  fleet: Fleet;
  /** Base URL of the Toxiproxy API. */
  proxyApiUrl: string;
  /** Unique among active faults; names the toxics, so that they can be recognised and removed. */
  faultId: string;
  /** Remaining life of the lease, milliseconds: what holds the effect must not outlive it. */
  ttlMs: number;
  signal: AbortSignal;
}

/** Whether an effect is gone, as seen by asking the part that held it. */
export type UndoVerdict = { clean: true } | { clean: false; left: string };

/**
 * One kind of fault. The registry of kinds drives validation, the API, the console's forms, the
 * CLI and the reference page.
 */
export interface FaultKind<Spec extends { kind: string }> {
  kind: Spec['kind'];
  /** For people: `Latency`. */
  title: string;
  /** One sentence: what it does to whom. */
  summary: string;
  selects: 'link' | 'links' | 'instance';
  schema: z.ZodType<Spec>;
  /** For people: `latency 2 s ± 100 ms`. */
  describe(spec: Spec): string;
  apply(spec: Spec, target: FaultTarget, context: FaultContext): Promise<void>;
  /** Prolongs what holds the effect by itself. */
  renew(spec: Spec, target: FaultTarget, context: FaultContext): Promise<void>;
  /** Idempotent; also right when `apply` failed half-way. */
  revert(spec: Spec, target: FaultTarget, context: FaultContext): Promise<void>;
  /** Asks the holder whether anything is left. */
  verifyUndone(spec: Spec, target: FaultTarget, context: FaultContext): Promise<UndoVerdict>;
}
