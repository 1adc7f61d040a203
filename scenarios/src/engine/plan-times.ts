import type { Experiment, Step } from '../document/model.ts';
import {
  ACT_AT_MOST_MS,
  INVARIANTS_AT_MOST_MS,
  PREPARE_AT_MOST_MS,
  SETTLE_AT_MOST_MS,
  STEADY_WITHIN_MS,
  TELEMETRY_LATE_MS,
  UNDO_RETRY_MS,
} from './limits.ts';

/** An act on the fleet (a restart, a rebuild) as a rule, milliseconds; measured. */
const ACT_MS = 5_000;
/** What is awaited comes by then as a rule, milliseconds. */
const AWAITED_MS = 4_000;
/** Data made anew, steady state, undo and invariants of a variant as a rule, milliseconds; measured. */
export const AROUND_MS = 6_000;

/** Longest time of a run of so many variants, milliseconds; the undo with all its retries. */
export function atMostMs(experiment: Experiment, variants: number): number {
  const changes = experiment.method.length + 1;
  return (
    variants *
    (PREPARE_AT_MOST_MS +
      experiment.load.warmupMs +
      STEADY_WITHIN_MS +
      sumOf(experiment.method, stepAtMostMs) +
      changes * TELEMETRY_LATE_MS +
      2 * experiment.recoveryMs +
      UNDO_RETRY_MS +
      ACT_AT_MOST_MS +
      SETTLE_AT_MOST_MS +
      INVARIANTS_AT_MOST_MS)
  );
}

/** What such a run takes as a rule, milliseconds: nothing is slow to come, or to go. */
export function aboutMs(experiment: Experiment, variants: number): number {
  return variants * (AROUND_MS + experiment.load.warmupMs + sumOf(experiment.method, stepAboutMs));
}

/** Longest time that a step may take, milliseconds; 0 for what is done at once. */
export function stepAtMostMs(step: Step): number {
  return lengthOf(step, stepAtMostMs, {
    awaited: (withinMs) => withinMs,
    act: ACT_AT_MOST_MS,
  });
}

function stepAboutMs(step: Step): number {
  return lengthOf(step, stepAboutMs, {
    awaited: (withinMs) => Math.min(withinMs, AWAITED_MS),
    act: ACT_MS,
  });
}

function lengthOf(
  step: Step,
  ofStep: (step: Step) => number,
  { awaited, act }: { awaited: (withinMs: number) => number; act: number },
): number {
  switch (step.kind) {
    case 'await':
      return awaited(step.withinMs) + step.forMs;
    case 'observe':
      return step.forMs + TELEMETRY_LATE_MS;
    case 'parallel':
      return Math.max(0, ...step.branches.map((branch) => sumOf(branch, ofStep)));
    case 'sequence':
      return sumOf(step.steps, ofStep);
    case 'scale':
    case 'schema':
    case 'rebuild':
    case 'redrive':
      return act;
    case 'inject':
    case 'clear':
    case 'policy':
    case 'load':
      return 0;
  }
}

function sumOf(steps: readonly Step[], ofStep: (step: Step) => number): number {
  return steps.reduce((sum, step) => sum + ofStep(step), 0);
}
