/** A soak: random faults from the registry for a given time, by a seed; invariants at the end. */
export interface SoakSpec {
  seed: number;
  /** Length of the schedule, milliseconds: 10 s to 24 h. */
  durationMs: number;
  rps: number;
  /** Kinds to draw from; empty: all that can be drawn. `*` as wildcard. */
  kinds: string[];
  /** Patterns that are off: `orders.outbox`, `payments.idempotency`, `orders->payments.breaker`. */
  off: string[];
  /** Faults at the same time at most, 1 to 10. */
  atOnce: number;
  /** Whether a violation is shrunk to a minimal failing schedule. */
  shrink: boolean;
  /** Longest time spent on shrinking, milliseconds. */
  shrinkMs: number;
}

/** One fault of a schedule. */
export interface ScheduledFault {
  /** Since the schedule began, milliseconds. */
  atMs: number;
  forMs: number;
  /** Body of `POST /api/faults` without the time limit. */
  fault: { kind: string; [field: string]: unknown };
}
