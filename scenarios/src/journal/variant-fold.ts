import type { EntryOf, JournalEntry, Plan } from './entries.ts';
import { createPointSeries, type PointSeries } from './points.ts';
import type { VariantView } from './view.ts';

type Check = Omit<VariantView['checks'][number], 'points'> & { series: PointSeries };
type Mark = VariantView['marks'][number];
type State = Omit<VariantView, 'checks'> & { checks: Check[] };

/** Takes in the entries of one variant. */
export interface VariantFold {
  add(entry: JournalEntry): void;
  /** The variant as it stands; it does not change any more. */
  view(): VariantView;
}

/** Starts a variant of `plan` that has not begun; one that the plan does not name has no steps. */
export function createVariantFold(name: string, plan: Plan): VariantFold {
  const state = emptyVariant(name, plan);
  return {
    add(entry) {
      const take = TAKE[entry.kind] as (state: State, entry: JournalEntry) => void;
      take(state, entry);
    },
    view: () => ({
      ...structuredClone({ ...state, checks: [] }),
      checks: state.checks.map(({ series, ...check }) => ({
        ...check,
        decisions: [...check.decisions],
        points: series.points(),
      })),
      marks: [...state.marks].sort((one, other) => one.atMs - other.atMs),
    }),
  };
}

function emptyVariant(name: string, plan: Plan): State {
  const planned = plan.variants.find((variant) => variant.name === name);
  return {
    name,
    expect: planned?.expect ?? null,
    because: [],
    changes: [...(planned?.changes ?? [])],
    sweep: null,
    state: 'waiting',
    phase: null,
    startedAt: null,
    endedAt: null,
    steps: (planned ? plan.steps : []).map((step) => ({ ...step, ...NOT_BEGUN })),
    phases: [],
    checks: plan.checks.map((check) => ({
      ...check,
      decisions: [],
      series: createPointSeries(),
    })),
    faults: [],
    marks: [],
    sightings: [],
    invariants: [],
    measured: [],
    aborted: null,
    undo: null,
    outcome: null,
  };
}

const NOT_BEGUN = { state: 'waiting', startedMs: null, endedMs: null, detail: '' } as const;

/** What each kind of entry adds to a variant. */
const TAKE: {
  [Kind in JournalEntry['kind']]: (state: State, entry: EntryOf<Kind>) => void;
} = {
  'run-started': () => undefined,
  'run-ended': () => undefined,
  note: () => undefined,
  'variant-started'(state, { at, expect, because, changes, sweep }) {
    Object.assign(state, { state: 'running', startedAt: at, expect, because, changes, sweep });
  },
  phase(state, { phase, at }) {
    endPhase(state, at);
    state.phase = phase;
    state.phases.push({ phase, fromMs: since(state, at), toMs: null });
  },
  'step-started'(state, { path, title, at }) {
    const step = stepAt(state, path, title);
    Object.assign(step, { state: 'running', startedMs: since(state, at) });
  },
  'step-ended'(state, { path, outcome, detail, at }) {
    const step = stepAt(state, path, path);
    Object.assign(step, { state: outcome, endedMs: since(state, at), detail });
  },
  act: takeAct,
  'fault-ended'(state, { faultId, why, at }) {
    const fault = endFault(state, faultId, at);
    mark(state, at, 'theirs', 'info', `${fault?.title ?? faultId} ended: ${why}`);
  },
  observation(state, { check, value, at }) {
    checkCalled(state, check).series.add(since(state, at), value);
  },
  check: takeDecision,
  effect(state, { faultId, seen, detail, at }) {
    const fault = state.faults.find((one) => one.faultId === faultId);
    if (fault) fault.effect = { seen, detail };
    if (!seen) mark(state, at, 'theirs', 'warn', `no effect of ${fault?.title ?? faultId}`);
  },
  sighting(state, { title, seen, count, firstAt, at }) {
    const firstMs = firstAt === null ? null : since(state, firstAt);
    state.sightings.push({ title, seen, count, firstMs });
    if (firstAt !== null) mark(state, firstAt, 'theirs', 'info', title);
    if (!seen) mark(state, at, 'theirs', 'warn', `never seen: ${title}`);
  },
  invariant(state, { name, title, holds, evidence, violations, at }) {
    state.invariants.push({ name, title, holds, evidence, violations });
    if (!holds) mark(state, at, 'theirs', 'bad', `${title}: broken`);
  },
  aborted(state, { by, reason, at }) {
    state.aborted = { by, reason };
    mark(state, at, 'ours', 'bad', `stopped: ${reason}`);
  },
  undo(state, { clean, left, at }) {
    state.undo = { clean, left };
    if (!clean) mark(state, at, 'ours', 'bad', `left behind: ${left.join(', ')}`);
  },
  measured(state, { id, title, unit, value }) {
    state.measured.push({ id, title, unit, value });
  },
  'variant-ended'(state, { verdict, asClaimed, exitCode, reasons, broken, at }) {
    endPhase(state, at);
    for (const step of state.steps) {
      if (step.state === 'running')
        Object.assign(step, { state: 'stopped', endedMs: since(state, at) });
    }
    for (const fault of state.faults) fault.toMs ??= since(state, at);
    const outcome = { verdict, asClaimed, exitCode, reasons, broken };
    Object.assign(state, { state: 'ended', phase: null, endedAt: at, outcome });
  },
};

/** What an act did to what its title names, where the title does not say it. */
const DONE_TO: Partial<Record<EntryOf<'act'>['what'], string>> = {
  clear: ' cleared',
  restore: ' put back',
};

function takeAct(state: State, act: EntryOf<'act'>): void {
  const { what, title, links, services, outcome, detail, faultId, at } = act;
  if (outcome === 'failed') {
    mark(state, at, 'ours', 'bad', detail === '' ? `${title}: refused` : `${title}: ${detail}`);
    return;
  }
  if (what === 'inject' && faultId !== null) {
    const fromMs = since(state, at);
    state.faults.push({ faultId, title, links, services, fromMs, toMs: null, effect: null });
    return;
  }
  if (what === 'clear' && faultId !== null) endFault(state, faultId, at);
  mark(state, at, 'ours', 'info', `${title}${DONE_TO[what] ?? ''}`);
}

function takeDecision(state: State, decision: EntryOf<'check'>): void {
  const { check: id, when, outcome, value, samples, detail, at } = decision;
  const check = checkCalled(state, id);
  const atMs = since(state, at);
  check.decisions.push({ when, outcome, value, samples, atMs, detail });
  if (outcome === 'broken') mark(state, at, 'theirs', 'bad', detail);
  if (outcome === 'no-data') mark(state, at, 'theirs', 'warn', detail);
  if (outcome === 'held' && when === 'await') mark(state, at, 'theirs', 'info', detail);
}

function since(state: State, at: number): number {
  state.startedAt ??= at;
  return at - state.startedAt;
}

function mark(
  state: State,
  at: number,
  side: Mark['side'],
  severity: Mark['severity'],
  title: string,
): void {
  state.marks.push({ atMs: since(state, at), side, title, severity });
}

function endPhase(state: State, at: number): void {
  const last = state.phases.at(-1);
  if (last) last.toMs ??= since(state, at);
}

function endFault(state: State, faultId: string, at: number) {
  const fault = state.faults.find((one) => one.faultId === faultId);
  if (fault) fault.toMs ??= since(state, at);
  return fault;
}

/** The step at `path`; steps that are not in the plan are added, as those of a shrunk schedule are. */
function stepAt(state: State, path: string, title: string): State['steps'][number] {
  const known = state.steps.find((step) => step.path === path);
  if (known) return known;
  const added: State['steps'][number] = {
    path,
    kind: '',
    title,
    line: 0,
    atMostMs: 0,
    ...NOT_BEGUN,
  };
  state.steps.push(added);
  return added;
}

function checkCalled(state: State, id: string): Check {
  const known = state.checks.find((check) => check.id === id);
  if (known) return known;
  const added: Check = {
    id,
    title: id,
    expect: '',
    unit: '',
    decisions: [],
    series: createPointSeries(),
  };
  state.checks.push(added);
  return added;
}
