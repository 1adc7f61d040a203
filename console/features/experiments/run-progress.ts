import type { Phase, Run, VariantView } from '@faultline/server/contract';
import { formatCountdown } from '../../lib/format.ts';

/** Phases in the order in which they come, as people say them. */
export const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  preparing: 'Preparing',
  'warming-up': 'Warming up',
  'steady-before': 'Steady state before',
  method: 'Breaking things',
  'steady-after': 'Recovering',
  undoing: 'Undoing',
  'steady-after-undo': 'Steady state after the undo',
  settling: 'Settling',
  invariants: 'Invariants',
};

/** One phase of a variant in the bar. */
export interface PhaseProgress {
  phase: Phase;
  words: string;
  state: 'waiting' | 'running' | 'done';
  /** Milliseconds so far, or in all; null before it begins. */
  tookMs: number | null;
}

/** All phases of a variant, also those that are still to come. `elapsedMs` since the variant began. */
export function phasesOf(variant: VariantView, elapsedMs: number): PhaseProgress[] {
  return (Object.keys(PHASE_WORDS) as Phase[]).map((phase) => {
    const words = PHASE_WORDS[phase];
    const seen = variant.phases.findLast((candidate) => candidate.phase === phase);
    if (seen === undefined) return { phase, words, state: 'waiting', tookMs: null };
    const running = variant.state === 'running' && variant.phase === phase;
    return {
      phase,
      words,
      state: running ? 'running' : 'done',
      tookMs: Math.max(0, (seen.toMs ?? elapsedMs) - seen.fromMs),
    };
  });
}

/** The variant that is shown first: the one under way, between two the last one that ran, else the first. */
export function currentVariant(run: Run): VariantView | undefined {
  const ran =
    run.state === 'ended'
      ? undefined
      : (run.variants.find((variant) => variant.state === 'running') ??
        run.variants.findLast((variant) => variant.state === 'ended'));
  return ran ?? run.variants[0];
}

/** Milliseconds since a variant began, by the control plane's clock; 0 before. */
export function elapsedOf(variant: VariantView, now: number): number {
  if (variant.startedAt === null) return 0;
  return Math.max(0, (variant.endedAt ?? now) - variant.startedAt);
}

/** What is said of the time that a run may still take; null when it does not run. */
export function timeLeft(run: Run, now: number): string | null {
  if (run.state !== 'running' || run.startedAt === null) return null;
  const { aboutMs, atMostMs } = run.plan;
  const tookMs = now - run.startedAt;
  if (aboutMs !== undefined && tookMs < aboutMs) {
    return `about ${formatCountdown(aboutMs - tookMs)} left`;
  }
  if (tookMs < atMostMs) return `${formatCountdown(atMostMs - tookMs)} left at most`;
  return 'Longer than planned; it ends by itself';
}

/** Depth of a step in the plan: those of a parallel or sequential block stand below it. */
export function stepDepth(path: string): number {
  return path.split('.').length - 1;
}

/** What pressing Abort will do, before it is pressed. */
export function abortWords(run: Run): string {
  if (run.state === 'queued') return 'Takes the run out of the queue. Nothing was touched yet.';
  const waiting = run.variants.filter((variant) => variant.state === 'waiting').length;
  const others =
    waiting === 0
      ? ''
      : ` ${waiting === 1 ? 'The variant' : 'The variants'} that did not begin will not run.`;
  const undo =
    run.plan.undo.length === 0
      ? 'Ends the run.'
      : `Ends the run and puts back: ${run.plan.undo.join(', ')}.`;
  return `${undo}${others}`;
}
