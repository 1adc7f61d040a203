import type { Check, Step } from '../../document/model.ts';
import type { Reading } from '../../probes/model.ts';
import { decide } from '../decide.ts';
import { LOOK_EVERY_MS, POLL_EVERY_MS, TELEMETRY_LATE_MS } from '../limits.ts';
import type { PlacedStep } from '../program.ts';
import { labFault } from './abort.ts';
import { writeDecision } from './decision.ts';
import type { Act, Acted } from './events.ts';
import { endFault, lasting, recordFault } from './faults.ts';
import { leaveForUndo } from './leave.ts';
import { checkOf } from './script.ts';
import type { OpenStep } from './state.ts';
import { writeAct, type Turn } from './turn.ts';
import { windowOf } from './window.ts';
import { writePoint } from './watch.ts';

type StepOf<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>;
type OpenOf<Kind extends OpenStep['kind']> = Extract<OpenStep, { kind: Kind }>;

/** Begins a step of the method. */
export function beginStep(turn: Turn, path: string): void {
  const { step, branches } = placed(turn, path);
  const title = turn.script.plan.steps.find((planned) => planned.path === path)?.title ?? path;
  turn.write({ kind: 'step-started', path, title });
  switch (step.kind) {
    case 'parallel':
    case 'sequence':
      open(turn).set(path, { kind: 'block', branches: branches.length });
      for (const branch of branches) beginStep(turn, branch);
      if (branches.length === 0) endStep(turn, path, '');
      return;
    case 'await':
      open(turn).set(path, { kind: 'awaiting', since: turn.now, heldSince: null, pointAt: null });
      poll(turn, path, step);
      return;
    case 'observe':
      open(turn).set(path, { kind: 'observing', since: turn.now, inFlight: 0 });
      turn.order(
        { for: 'observe-end', path },
        { kind: 'wait', ms: step.forMs + TELEMETRY_LATE_MS },
      );
      return;
    case 'clear':
      beginActs(turn, path, clearings(turn, step), 'at-once');
      return;
    case 'inject':
    case 'scale':
    case 'policy':
    case 'load':
    case 'schema':
    case 'redrive':
    case 'rebuild':
      beginActs(turn, path, actsOf(turn, step), 'in-order');
  }
}

/** An act of a step was answered, perhaps while the method is being left. */
export function stepActed(turn: Turn, path: string, act: Act, acted: Acted): void {
  writeAct(turn, acted);
  if (acted.outcome === 'done') takeEffect(turn, path, act, acted);
  const step = turn.variant.stage.kind === 'method' ? open(turn).get(path) : undefined;
  if (!step) return;
  const acting = expectOpen(step, 'acting', path);
  acting.inFlight -= 1;
  if (acted.outcome === 'failed') {
    failStep(turn, path, acted.detail);
    labFault(turn, `${acted.title} failed: ${acted.detail}`);
    return;
  }
  if (acted.detail !== '') acting.details.push(acted.detail);
  const next = acting.queue.shift();
  if (next) orderAct(turn, path, acting, next);
  else if (acting.inFlight === 0) endStep(turn, path, acting.details.join('; '));
}

/** A poll of an `await` was answered. */
export function awaitRead(turn: Turn, path: string, reading: Reading): void {
  const step = stepOf(turn, path, 'await');
  const state = expectOpen(open(turn).get(path), 'awaiting', path);
  const decision = decide(step.check, reading, turn.script.words);
  state.heldSince = decision.outcome === 'held' ? (state.heldSince ?? turn.now) : null;
  if (state.pointAt === null || turn.now - state.pointAt >= LOOK_EVERY_MS) {
    state.pointAt = turn.now;
    writePoint(turn, step.check, reading);
  }
  if (state.heldSince !== null && turn.now - state.heldSince >= step.forMs) {
    writeDecision(turn, step.check, 'await', decision);
    endStep(turn, path, decision.detail);
  } else if (state.heldSince === null && turn.now - state.since >= step.withinMs) {
    writeDecision(turn, step.check, 'await', decision);
    failStep(turn, path, decision.detail);
    leaveForUndo(turn);
  } else {
    turn.order({ for: 'await-pause', path }, { kind: 'wait', ms: POLL_EVERY_MS });
  }
}

/** Polls an `await` once more. */
export function pollAgain(turn: Turn, path: string): void {
  poll(turn, path, stepOf(turn, path, 'await'));
}

/** The time of an observation is over and its telemetry has arrived: its checks are measured. */
export function observationEnded(turn: Turn, path: string): void {
  const { checks, forMs } = stepOf(turn, path, 'observe');
  const state = expectOpen(open(turn).get(path), 'observing', path);
  const span = { from: state.since, to: state.since + forMs };
  state.inFlight = checks.length;
  for (const check of checks) {
    const { probe } = checkOf(turn.script, check);
    turn.order({ for: 'observe-reading', path, check }, { kind: 'measure', probe, span });
  }
  if (checks.length === 0) endStep(turn, path, '');
}

/** A check of an observation was measured over its span. A broken one is recorded, no more. */
export function observed(turn: Turn, path: string, id: string, reading: Reading): void {
  const state = expectOpen(open(turn).get(path), 'observing', path);
  const check = checkOf(turn.script, id);
  writeDecision(turn, check, 'during', decide(check, reading, turn.script.words));
  state.inFlight -= 1;
  if (state.inFlight === 0) endStep(turn, path, '');
}

function endStep(turn: Turn, path: string, detail: string): void {
  turn.write({ kind: 'step-ended', path, outcome: 'done', detail });
  open(turn).delete(path);
  const { next, parent } = placed(turn, path);
  if (next !== null) return beginStep(turn, next);
  if (parent === null) return;
  const block = expectOpen(open(turn).get(parent), 'block', parent);
  block.branches -= 1;
  if (block.branches === 0) endStep(turn, parent, '');
}

function failStep(turn: Turn, path: string, detail: string): void {
  open(turn).delete(path);
  turn.write({ kind: 'step-ended', path, outcome: 'failed', detail });
}

function poll(turn: Turn, path: string, { check }: { check: Check }): void {
  const span = windowOf(turn, check.probe);
  turn.order({ for: 'await-reading', path }, { kind: 'measure', probe: check.probe, span });
}

function beginActs(turn: Turn, path: string, acts: Act[], how: 'at-once' | 'in-order'): void {
  const first = how === 'at-once' ? acts : acts.slice(0, 1);
  const acting: OpenOf<'acting'> = {
    kind: 'acting',
    queue: acts.slice(first.length),
    inFlight: 0,
    details: [],
  };
  open(turn).set(path, acting);
  for (const act of first) orderAct(turn, path, acting, act);
  if (acts.length === 0) endStep(turn, path, 'nothing to do');
}

function orderAct(turn: Turn, path: string, acting: OpenOf<'acting'>, act: Act): void {
  acting.inFlight += 1;
  turn.order({ for: 'step-act', path, act }, { kind: 'act', act });
}

/** What an act that was done means for the rest of the run. */
function takeEffect(turn: Turn, path: string, act: Act, acted: Acted): void {
  if (act.what === 'inject') recordFault(turn, stepOf(turn, path, 'inject').id, acted);
  if (act.what === 'clear') endFault(turn, act.faultId);
  if (act.what === 'load' && turn.variant.load) turn.variant.load.setting = act.load;
}

function clearings(turn: Turn, { what }: StepOf<'clear'>): Act[] {
  return lasting(turn)
    .filter(([, { step }]) => what === 'all' || what.includes(step))
    .map(([faultId, { title, links, services }]) => ({
      what: 'clear',
      faultId,
      title,
      links,
      services,
    }));
}

function actsOf(
  turn: Turn,
  step: StepOf<'inject' | 'scale' | 'policy' | 'load' | 'schema' | 'redrive' | 'rebuild'>,
): Act[] {
  switch (step.kind) {
    case 'inject':
      return [{ what: 'inject', fault: step.fault, forMs: step.forMs }];
    case 'scale':
      return [{ what: 'scale', service: step.service, replicas: step.replicas }];
    case 'policy':
      return step.changes.map((change) => ({ what: 'policy', change }));
    case 'load':
      return [{ what: 'load', load: changedLoad(turn, step) }];
    case 'schema':
      return [{ what: 'schema', service: step.service, phase: step.phase }];
    case 'redrive':
      return [{ what: 'redrive', topic: step.topic }];
    case 'rebuild':
      return [{ what: 'rebuild', service: step.service }];
  }
}

function changedLoad({ variant }: Turn, { change }: StepOf<'load'>) {
  if (!variant.load) throw new Error('the load is changed before it is on');
  const { setting } = variant.load;
  return { ...setting, rps: change.rps ?? setting.rps, mix: change.mix ?? setting.mix };
}

function placed({ script }: Turn, path: string): PlacedStep {
  const found = script.program.steps.get(path);
  if (!found) throw new Error(`no step ${path} in the method`);
  return found;
}

function stepOf<Kind extends Step['kind']>(turn: Turn, path: string, kind: Kind): StepOf<Kind> {
  const { step } = placed(turn, path);
  if (step.kind !== kind) throw new Error(`step ${path} is ${step.kind}, not ${kind}`);
  return step as StepOf<Kind>;
}

function open({ variant }: Turn): Map<string, OpenStep> {
  if (variant.stage.kind !== 'method') {
    throw new Error(`a step of the method in the stage ${variant.stage.kind}`);
  }
  return variant.stage.open;
}

function expectOpen<Kind extends OpenStep['kind']>(
  step: OpenStep | undefined,
  kind: Kind,
  path: string,
): OpenOf<Kind> {
  if (step?.kind !== kind) throw new Error(`step ${path} is ${step?.kind ?? 'over'}, not ${kind}`);
  return step as OpenOf<Kind>;
}
