import type { PolicyChange, ProbeSpec } from '../document/model.ts';
import type { InvariantReport } from '../invariants/check.ts';
import type { Reading, Span } from '../probes/model.ts';

/**
 * What the engine needs of the lab. Expected failures are answers; what throws is a fault of the lab
 * itself and ends the run as `inconclusive` (exit code 70). Every call takes a signal and gives up
 * when it is aborted; those of the undo are called even so, with a signal of their own.
 */
export interface LabPorts {
  faults: FaultPort;
  policies: PolicyPort;
  load: LoadPort;
  fleet: FleetPort;
  data: DataPort;
  /** Measures a probe over `span`; one without a window measures now. */
  measure(probe: ProbeSpec, span: Span, signal: AbortSignal): Promise<Reading>;
  /** Counts events within `span`, and says when the first of them was. */
  sight(
    sighting: {
      event: string;
      attributes: Readonly<Record<string, unknown>>;
      service: string | null;
    },
    span: Span,
    signal: AbortSignal,
  ): Promise<{ count: number; firstAt: number | null }>;
  invariants(signal: AbortSignal): Promise<InvariantReport>;
  effects: EffectPort;
}

/** An answer that says no, with the reason for people. */
export type Done = { kind: 'done'; detail: string } | { kind: 'refused'; detail: string };

/** Faults are leases of the run: they end when it is gone. */
export interface FaultPort {
  /** What a request would hit, without doing it. */
  resolve(
    fault: object,
  ):
    | { kind: 'ok'; title: string; links: string[]; services: string[]; instances: string[] }
    | { kind: 'refused'; detail: string };
  inject(
    fault: object,
    forMs: number,
    owner: string,
  ): Promise<
    | { kind: 'injected'; faultId: string; title: string; links: string[]; instances: string[] }
    | { kind: 'refused'; detail: string }
  >;
  /** Ends a fault and verifies the undo; `gone` when it had ended before. */
  clear(faultId: string): Promise<{ kind: 'cleared' | 'gone' } | { kind: 'stuck'; left: string }>;
  /** Ids of the run's faults that still last. */
  active(owner: string): string[];
  /** Told of the end of a fault of `owner` that the run did not ask for. */
  onEnded(owner: string, listener: (faultId: string, why: string) => void): () => void;
}

/** Policies, flags and mutual TLS. */
export interface PolicyPort {
  /** Holds in every instance when it resolves. */
  change(change: PolicyChange, signal: AbortSignal): Promise<Done>;
  /** As they were when the run began. */
  restore(): Promise<Done>;
  /** For people: `orders->payments breaker off`. */
  describe(change: PolicyChange): string;
}

/** The load. */
export interface LoadPort {
  set(load: {
    enabled: boolean;
    rps: number;
    mix: { browse: number; checkout: number; history: number };
    seed: number;
  }): Promise<Done>;
  /** As it was when the run began. */
  restore(): Promise<Done>;
}

/** Instances. */
export interface FleetPort {
  scale(service: string, replicas: number, signal: AbortSignal): Promise<Done>;
  /** Moves a schema change to a phase. */
  schema(service: string, phase: string, signal: AbortSignal): Promise<Done>;
  redrive(topic: string, signal: AbortSignal): Promise<Done>;
  rebuild(service: string, signal: AbortSignal): Promise<Done>;
  /** Replicas as when the run began, every instance ready; says what is left otherwise. */
  restore(signal: AbortSignal): Promise<Done>;
}

/** The services' data. */
export interface DataPort {
  /** Empties all business data and seeds them anew; breakers and budgets start afresh. */
  reset(signal: AbortSignal): Promise<Done>;
  /** Waits until no saga runs and no event waits, 60 s at most; says what still does. */
  settle(signal: AbortSignal): Promise<Done>;
}

/** Whether a fault had an effect that can be measured: a fault without one proves nothing. */
export interface EffectPort {
  /** Numbers of what the fault is going to hit, before it does. */
  before(target: FaultReach, signal: AbortSignal): Promise<EffectBaseline>;
  /** Whether anything that such a fault moves has moved since; says what, or that nothing did. */
  seen(
    target: FaultReach,
    baseline: EffectBaseline,
    span: Span,
    signal: AbortSignal,
  ): Promise<{ seen: boolean; detail: string }>;
}

/** What a fault hits, and of which kind it is. */
export interface FaultReach {
  kind: string;
  links: readonly string[];
  services: readonly string[];
  instances: readonly string[];
}

/** Opaque to the engine. */
export interface EffectBaseline {
  readonly values: Readonly<Record<string, number | null>>;
}
