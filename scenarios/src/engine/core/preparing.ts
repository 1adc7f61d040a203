import { changesOf } from '../plan.ts';
import { NO_FINDINGS } from '../verdict.ts';
import { labFault } from './abort.ts';
import type { Act, Acted, LoadSetting } from './events.ts';
import type { Script } from './script.ts';
import type { VariantState } from './state.ts';
import { writeAct, type Turn } from './turn.ts';
import { lookLater } from './watch.ts';

/** The variant at this place before anything of it was done. */
export function newVariant(script: Script, index: number): VariantState {
  return {
    index,
    stage: { kind: 'preparing', queue: preparations(script, index) },
    load: null,
    round: null,
    brokenSince: new Map(),
    faults: new Map(),
    endedEarly: new Set(),
    method: null,
    findings: structuredClone(NO_FINDINGS),
    ending: 'full',
  };
}

/** Begins the variant that the state names. */
export function beginVariant(turn: Turn): void {
  const { spec, script, variant } = turn;
  turn.write({
    kind: 'variant-started',
    expect: spec.expect,
    because: spec.because,
    changes: script.plan.variants[variant.index]?.changes ?? [],
    sweep: spec.sweep,
  });
  turn.write({ kind: 'phase', phase: 'preparing' });
  prepareNext(turn);
}

/** An act of the preparation was answered. */
export function prepared(turn: Turn, acted: Acted): void {
  writeAct(turn, acted);
  if (turn.variant.stage.kind !== 'preparing') return;
  if (acted.outcome === 'done') prepareNext(turn);
  else labFault(turn, `${acted.title} failed: ${acted.detail}`);
}

/** The load of the experiment, the same for every variant: same seed, same sequence. */
export function loadOf({ experiment, seed }: Script, enabled = true): LoadSetting {
  return { enabled, rps: experiment.load.rps, mix: experiment.load.mix, seed };
}

/**
 * Without load first, so that nothing is written while the data are made anew. Policies need no
 * restoring: the undo of the variant before was verified, or this one would not be run.
 */
function preparations(script: Script, index: number): Act[] {
  const { experiment, variants } = script;
  const variant = variants[index];
  if (!variant) throw new Error(`no variant ${index} in ${experiment.name}`);
  return [
    { what: 'load', load: loadOf(script, false) },
    { what: 'reset-data' },
    ...changesOf(experiment, variant).map((change): Act => ({ what: 'policy', change })),
    { what: 'load', load: loadOf(script) },
  ];
}

function prepareNext(turn: Turn): void {
  const { stage } = turn.variant;
  if (stage.kind !== 'preparing') throw new Error(`preparing in the stage ${stage.kind}`);
  const act = stage.queue.shift();
  if (act) turn.order({ for: 'preparation' }, { kind: 'act', act });
  else beginWarmUp(turn);
}

function beginWarmUp(turn: Turn): void {
  turn.variant.load = { setting: loadOf(turn.script), since: turn.now };
  turn.variant.stage = { kind: 'warming-up' };
  turn.write({ kind: 'phase', phase: 'warming-up' });
  turn.order({ for: 'warm-up' }, { kind: 'wait', ms: turn.script.experiment.load.warmupMs });
  lookLater(turn);
}
