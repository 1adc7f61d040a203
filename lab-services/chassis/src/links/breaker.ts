import type { BreakerState, LinkPolicy } from '../core/index.ts';
import {
  createEvidenceWindow,
  type AttemptVerdict,
  type Evidence,
  type EvidenceWindow,
} from './evidence-window.ts';

/**
 * A circuit breaker. What it counts is attempts: retries feed it, and when it opens between two of
 * them the retrying ends.
 *
 *     closed --(failures in a row, or their share of the window)--> open
 *     open --(openMs passed, the next call comes)--> half-open
 *     half-open --(successesToClose good probes)--> closed
 *     half-open --(one bad probe)--> open
 */
export interface Breaker {
  /** Asks to make an attempt; undefined means no. Every permit must be settled, once. */
  admit(): Permit | undefined;
  readonly state: BreakerState;
  evidence(): Evidence;
  /** Takes effect at once; switched off, the breaker closes and lets everything pass. */
  setPolicy(policy: BreakerPolicy): void;
  /** As at its creation: closed, without evidence. */
  reset(): void;
}

/** The right to make one attempt. */
export interface Permit {
  /** Counts how the attempt ended; undefined for one that says nothing about the callee. */
  readonly settle: (verdict: AttemptVerdict | undefined) => void;
}

export type BreakerPolicy = LinkPolicy['breaker'];

/** Why the state changed: what a person wants to read. */
export type BreakerReason =
  | 'consecutive-failures'
  | 'failure-ratio'
  | 'open-time-passed'
  | 'probe-failed'
  | 'probes-succeeded'
  | 'switched-off'
  | 'reset';

export interface BreakerChange {
  from: BreakerState;
  to: BreakerState;
  reason: BreakerReason;
  evidence: Evidence;
}

type State =
  | { kind: 'closed'; failuresInARow: number }
  | { kind: 'open'; sinceMs: number }
  | { kind: 'half-open'; probes: number; successes: number };

export interface BreakerOptions {
  policy: BreakerPolicy;
  nowMs: () => number;
  changed: (change: BreakerChange) => void;
}

const PASS: Permit = { settle: () => undefined };

/** Creates a closed {@link Breaker}. */
export function createBreaker({ policy, nowMs, changed }: BreakerOptions): Breaker {
  let window: EvidenceWindow = createEvidenceWindow(policy.windowMs);
  let state: State = { kind: 'closed', failuresInARow: 0 };
  /** Grows with each change of state: a permit of an earlier epoch no longer counts. */
  let epoch = 0;

  function moveTo(next: State, reason: BreakerReason): void {
    const change = { from: state.kind, to: next.kind, reason, evidence: window.read(nowMs()) };
    if (next.kind === 'closed') window.clear();
    state = next;
    epoch++;
    if (change.from !== change.to) changed(change);
  }

  function settle(verdict: AttemptVerdict | undefined): void {
    if (verdict && state.kind !== 'open') window.record(verdict, nowMs());
    const bad = verdict === 'failure' || verdict === 'slow';
    if (state.kind === 'closed' && verdict) {
      state.failuresInARow = bad ? state.failuresInARow + 1 : 0;
      const reason = reasonToOpen(policy, state.failuresInARow, window.read(nowMs()));
      if (bad && reason) moveTo({ kind: 'open', sinceMs: nowMs() }, reason);
    } else if (state.kind === 'half-open') {
      state.probes--;
      if (bad) return moveTo({ kind: 'open', sinceMs: nowMs() }, 'probe-failed');
      if (verdict === 'success') state.successes++;
      if (state.successes >= policy.successesToClose) {
        moveTo({ kind: 'closed', failuresInARow: 0 }, 'probes-succeeded');
      }
    }
  }

  function permit(): Permit {
    const issued = epoch;
    return settleOnce((verdict) => {
      if (issued === epoch) settle(verdict);
    });
  }

  return {
    get state() {
      return state.kind;
    },
    evidence: () => window.read(nowMs()),
    admit() {
      if (!policy.enabled) return PASS;
      if (state.kind === 'open') {
        if (nowMs() - state.sinceMs < policy.openMs) return undefined;
        moveTo({ kind: 'half-open', probes: 0, successes: 0 }, 'open-time-passed');
      }
      if (state.kind === 'half-open') {
        if (state.probes >= policy.halfOpenProbes) return undefined;
        state.probes++;
      }
      return permit();
    },
    reset: () => moveTo({ kind: 'closed', failuresInARow: 0 }, 'reset'),
    setPolicy(next) {
      if (next.windowMs !== policy.windowMs) window = createEvidenceWindow(next.windowMs);
      policy = next;
      if (!next.enabled && state.kind !== 'closed') {
        moveTo({ kind: 'closed', failuresInARow: 0 }, 'switched-off');
      }
    },
  };
}

function settleOnce(settle: Permit['settle']): Permit {
  let settled = false;
  return {
    settle(verdict) {
      if (settled) return;
      settled = true;
      settle(verdict);
    },
  };
}

function reasonToOpen(
  policy: BreakerPolicy,
  failuresInARow: number,
  evidence: Evidence,
): BreakerReason | undefined {
  if (failuresInARow >= policy.consecutiveFailures) return 'consecutive-failures';
  if (evidence.calls < policy.minimumCalls) return undefined;
  const ratio = (evidence.failures + evidence.slow) / evidence.calls;
  return ratio >= policy.failureRatio ? 'failure-ratio' : undefined;
}
