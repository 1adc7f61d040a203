import type { InvariantReport } from '../../invariants/check.ts';
import { TELEMETRY_LATE_MS } from '../limits.ts';
import { sightingTitle } from '../plan.ts';
import type { Done } from '../ports.ts';
import { labFault } from './abort.ts';
import type { Acted } from './events.ts';
import { loadOf } from './preparing.ts';
import { writeAct, type Turn } from './turn.ts';

/** Takes the load away and lets the data come to rest. */
export function beginSettling(turn: Turn): void {
  turn.variant.stage = { kind: 'settling', loadOffAt: turn.now };
  turn.write({ kind: 'phase', phase: 'settling' });
  const load = loadOf(turn.script, false);
  turn.order({ for: 'load-off' }, { kind: 'act', act: { what: 'load', load } });
}

/** The load is off. */
export function loadTakenAway(turn: Turn, acted: Acted): void {
  writeAct(turn, acted);
  if (acted.outcome === 'failed') return labFault(turn, `${acted.title} failed: ${acted.detail}`);
  turn.variant.stage = { kind: 'settling', loadOffAt: turn.now };
  turn.order({ for: 'settle' }, { kind: 'settle' });
}

/** Everything has come to rest, or does not: the invariants say what that means. */
export function settled(turn: Turn, done: Done): void {
  const { stage } = turn.variant;
  if (stage.kind !== 'settling') throw new Error(`settled in the stage ${stage.kind}`);
  if (done.kind === 'refused') {
    turn.write({ kind: 'note', severity: 'warn', text: `not at rest: ${done.detail}` });
  }
  const { invariants, sometimes } = turn.script.experiment;
  turn.variant.stage = { kind: 'concluding' };
  turn.write({ kind: 'phase', phase: 'invariants' });
  if (invariants.length > 0) turn.order({ for: 'invariants' }, { kind: 'invariants' });
  if (sometimes.length === 0) return;
  const ms = Math.max(0, stage.loadOffAt + TELEMETRY_LATE_MS - turn.now);
  turn.order({ for: 'sight-pause' }, { kind: 'wait', ms });
}

/** The invariants were checked: those that the document names count. */
export function invariantsChecked(turn: Turn, report: InvariantReport): void {
  for (const name of turn.script.experiment.invariants) {
    const result = report.invariants.find((invariant) => invariant.name === name);
    if (!result) return labFault(turn, `the lab knows no invariant ${name}`);
    const { title, holds, evidence, violations } = result;
    turn.write({ kind: 'invariant', name, title, holds, evidence, violations });
    turn.variant.findings.invariants.push({ name, holds, evidence });
  }
}

/** All telemetry has arrived: looks for what should have been seen. */
export function lookForSightings(turn: Turn): void {
  const span = { from: turn.variant.load?.since ?? turn.now, to: turn.now };
  for (const [index, sighting] of turn.script.experiment.sometimes.entries()) {
    turn.order({ for: 'sight', index }, { kind: 'sight', sighting, span });
  }
}

/** One of them was looked for. */
export function sighted(turn: Turn, index: number, count: number, firstAt: number | null): void {
  const sighting = turn.script.experiment.sometimes[index];
  if (!sighting) throw new Error(`no sighting ${index}`);
  const title = sightingTitle(sighting);
  const seen = count >= sighting.times;
  turn.write({ kind: 'sighting', title, seen, count, firstAt });
  turn.variant.findings.sightings.push({ title, seen, count });
}
