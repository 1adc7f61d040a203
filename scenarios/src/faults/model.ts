import type { Clock } from '@faultline/chassis/core';
import type { Fleet } from '@faultline/fleet';
import type { z } from 'zod';

/** One link and those of its proxies that a fault hits. */
export interface LinkTarget {
  kind: 'link';
  link: string;
  proxies: readonly { proxy: string; instance: string }[];
}

/** What a fault hits, resolved against the fleet as it stands. */
export type FaultTarget =
  | LinkTarget
  | { kind: 'links'; links: readonly LinkTarget[] }
  | { kind: 'instances'; instances: readonly string[] };

/**
 * What a kind of fault hits. `load`, `broker` and `identity` take no selector: there is one such
 * part in the lab, and the target is all its instances.
 */
export type FaultSelects = 'link' | 'links' | 'instance' | 'load' | 'broker' | 'identity';

/** What a fault may touch when it acts. */
export interface FaultContext {
  fleet: Fleet;
  clock: Clock;
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
 * CLI and the reference page. Methods throw when the part they act on refuses or cannot be
 * reached; the lease then undoes what was done.
 */
export interface FaultKind<Spec extends { kind: string }> {
  kind: Spec['kind'];
  /** For people: `Latency`. */
  title: string;
  /** One sentence: what it does to whom. */
  summary: string;
  selects: FaultSelects;
  /** The fields of the kind, `kind` included; selector and time limit are the registry's. */
  schema: z.ZodObject & z.ZodType<Spec>;
  /** For people: `latency 2 s ± 100 ms`. */
  describe(spec: Spec): string;
  /** Whether two faults of these kinds cannot hold the same link or instance at a time. */
  excludes(kind: string): boolean;
  /** True when the fault is over as soon as nothing is left of it, before its time limit. */
  endsItself?(spec: Spec): boolean;
  /** True for a fault on lines that speak HTTP/1.1, and on no others. */
  needsHttp?: boolean;
  /** True for a fault on instances that also covers those that their service gains. */
  followsFleet?: boolean;
  apply(spec: Spec, target: FaultTarget, context: FaultContext): Promise<void>;
  /** Prolongs what holds the effect by itself, and covers what the target has gained. */
  renew(spec: Spec, target: FaultTarget, context: FaultContext): Promise<void>;
  /** Idempotent; also right when `apply` failed half-way. */
  revert(spec: Spec, target: FaultTarget, context: FaultContext): Promise<void>;
  /** Asks the holder whether anything is left. */
  verifyUndone(spec: Spec, target: FaultTarget, context: FaultContext): Promise<UndoVerdict>;
}

/** Any kind of fault, as the registry holds it. */
export type AnyFaultKind = FaultKind<{ kind: string }>;
