import { decide } from '../decide.ts';
import { STEADY_WITHIN_MS } from '../limits.ts';
import { writeDecision } from './decision.ts';
import { leaveForUndo } from './leave.ts';
import { beginSettling } from './settling.ts';
import { beginStep } from './steps.ts';
import type { Turn } from './turn.ts';
import { lookNow, type Round } from './watch.ts';

type SteadyPhase = keyof typeof WHEN;

const WHEN = {
  'steady-before': 'before',
  'steady-after': 'after',
  'steady-after-undo': 'after-undo',
} as const;

/** Waits for the steady state: 20 s beyond the warm-up, or as long as the recovery may take. */
export function awaitSteadyState(turn: Turn, phase: SteadyPhase): void {
  const { recoveryMs, steadyState } = turn.script.experiment;
  const withinMs = phase === 'steady-before' ? STEADY_WITHIN_MS : recoveryMs;
  turn.variant.stage = { kind: phase, deadline: turn.now + withinMs };
  turn.write({ kind: 'phase', phase });
  if (steadyState.length === 0) leave(turn, phase, true);
  else lookNow(turn);
}

/** In a phase that waits for the steady state: it is over when all hold or the time is up. */
export function decideSteady(turn: Turn, round: Round): void {
  const { stage } = turn.variant;
  if (!('deadline' in stage)) return;
  const decisions = turn.script.experiment.steadyState.map((check) => ({
    check,
    decision: decide(check, round.get(check.id) ?? null, turn.script.words),
  }));
  const steady = decisions.every(({ decision }) => decision.outcome === 'held');
  if (!steady && turn.now < stage.deadline) return;
  for (const { check, decision } of decisions) {
    writeDecision(turn, check, WHEN[stage.kind], decision);
  }
  leave(turn, stage.kind, steady);
}

function leave(turn: Turn, phase: SteadyPhase, steady: boolean): void {
  switch (phase) {
    case 'steady-before':
      if (steady) return beginMethod(turn);
      turn.variant.findings.steady = false;
      return leaveForUndo(turn);
    case 'steady-after':
      return leaveForUndo(turn);
    case 'steady-after-undo':
      return beginSettling(turn);
  }
}

function beginMethod(turn: Turn): void {
  turn.variant.stage = { kind: 'method', open: new Map() };
  turn.variant.method = { from: turn.now, to: null };
  turn.write({ kind: 'phase', phase: 'method' });
  const { first } = turn.script.program;
  if (first !== null) beginStep(turn, first);
}
