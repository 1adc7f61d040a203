import type { Outcome } from '../../journal/view.ts';
import type { Reading, Span } from '../../probes/model.ts';
import type { Findings, VariantOutcome } from '../verdict.ts';
import type { Act, LoadSetting } from './events.ts';

/**
 * State of a run. `ready` -> `running`, one variant after another -> `ended`.
 */
export type RunState = { kind: 'ready' } | RunningState | { kind: 'ended'; outcome: Outcome };

/** A run under way. */
export interface RunningState {
  kind: 'running';
  /** Of the next entry. */
  seq: number;
  /** Of the next order. */
  nextOrder: number;
  /** Orders without an answer, and what their answers are for. */
  pending: Map<number, Purpose>;
  done: { name: string; outcome: VariantOutcome }[];
  variant: VariantState;
}

/** The variant that is run. */
export interface VariantState {
  /** Position among the variants of the run. */
  index: number;
  stage: Stage;
  /** The load that is on, and since when; null: not yet. */
  load: { setting: LoadSetting; since: number } | null;
  /** The round of looks under way. */
  round: { waiting: number; readings: Map<string, Reading> } | null;
  /** Since when each abort condition has been broken without a break, by its position. */
  brokenSince: Map<number, number>;
  faults: Map<string, FaultState>;
  /** Faults that ended before their injection was answered. */
  endedEarly: Set<string>;
  /** From the first step to the last; `to` is null while it lasts. */
  method: { from: number; to: number | null } | null;
  findings: Findings;
  /** `short`: nothing more is to be found out, everything is put back and that is all. */
  ending: 'full' | 'short';
}

/**
 * Stages of a variant. Every way leads through `undoing`:
 *
 * ```
 * preparing -> warming-up -> steady-before -> method -> steady-after -> undoing
 *     undoing -> steady-after-undo -> settling -> concluding -> closing
 * ```
 *
 * An abort or a failed step leads from any of the first to `undoing`, by way of `stopping` when acts
 * are in flight; an abort after the undo leads to `closing`.
 */
export type Stage =
  | { kind: 'preparing'; queue: Act[] }
  | { kind: 'warming-up' }
  | { kind: 'steady-before'; deadline: number }
  | { kind: 'method'; open: Map<string, OpenStep> }
  | { kind: 'steady-after'; deadline: number }
  | { kind: 'stopping' }
  | { kind: 'undoing' }
  | { kind: 'steady-after-undo'; deadline: number }
  | { kind: 'settling'; loadOffAt: number }
  | { kind: 'concluding' }
  | { kind: 'closing'; loadRestored: boolean };

/** A step that has begun and not ended. */
export type OpenStep =
  | { kind: 'acting'; queue: Act[]; inFlight: number; details: string[] }
  | {
      kind: 'awaiting';
      since: number;
      /** Since when the check has held without a break. */
      heldSince: number | null;
      /** When the last point was written. */
      pointAt: number | null;
    }
  | { kind: 'observing'; since: number; inFlight: number }
  /** A block, with the number of branches that have not ended. */
  | { kind: 'block'; branches: number };

/** A fault of the variant. */
export interface FaultState {
  title: string;
  links: string[];
  services: string[];
  /** Id of the step that injected it; `clear` refers to it. */
  step: string;
  from: number;
  /** Null: it lasts. */
  to: number | null;
  effect: 'none' | 'asked' | 'told';
}

/** What the answer to an order is for. */
export type Purpose =
  | { for: 'time-limit' }
  | { for: 'look-again' }
  | { for: 'look'; check: string }
  | { for: 'preparation' }
  | { for: 'warm-up' }
  | { for: 'step-act'; path: string; act: Act }
  | { for: 'await-reading'; path: string }
  | { for: 'await-pause'; path: string }
  | { for: 'observe-end'; path: string }
  | { for: 'observe-reading'; path: string; check: string }
  | { for: 'effect-pause'; faultId: string; span: Span }
  | { for: 'effect'; faultId: string }
  | { for: 'measure-pause'; index: number; span: Span }
  | { for: 'measured'; index: number }
  | { for: 'grace' }
  | { for: 'undo' }
  | { for: 'load-again' }
  | { for: 'load-off' }
  | { for: 'settle' }
  | { for: 'invariants' }
  | { for: 'sight-pause' }
  | { for: 'sight'; index: number }
  | { for: 'load-restored' }
  /** An act that the undo did not wait for any longer. */
  | { for: 'late-act' };
