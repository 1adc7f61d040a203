import { describe, expect, it } from 'vitest';
import { SIMULATED_PROBES, simulatedExperiment } from '../../testing/run-simulated.ts';
import { planExperiment } from '../plan.ts';
import { compile } from '../program.ts';
import { variantsOf } from '../variants.ts';
import type { Script } from './script.ts';
import type { RunState } from './state.ts';
import { transition } from './transition.ts';

const NOW = 1_780_000_000_000;
const experiment = simulatedExperiment();
const plan = planExperiment(experiment, {
  resolve: () => ({ kind: 'refused', detail: '' }),
  describePolicy: () => '',
  describeProbe: (probe) => SIMULATED_PROBES.describe(probe),
  unitOf: (probe) => SIMULATED_PROBES.unit(probe),
});
if ('problem' in plan) throw new Error(plan.problem);
const { description, lookAt, pattern, runbook, tags } = experiment;
const script: Script = {
  experiment,
  variants: variantsOf(experiment),
  plan,
  program: compile(experiment.method),
  words: SIMULATED_PROBES,
  seed: 7,
  started: {
    ...{ runId: 'run-1', runKind: 'experiment', document: '', description, lookAt, pattern },
    ...{ runbook, tags, requestedBy: 'ann', runtime: 'process', version: '0.1.0', plan },
  },
};
const READY: RunState = { kind: 'ready' };

describe('the transition of a run', () => {
  it('begins with the time limit and the load off', () => {
    const { effects, entries, state } = transition(script, READY, { kind: 'begin' }, NOW);
    expect(state.kind).toBe('running');
    expect(effects).toMatchObject([
      { kind: 'order', order: { id: 0, kind: 'wait', ms: plan.atMostMs + 60_000 } },
      { kind: 'order', order: { id: 1, kind: 'act', act: { what: 'load' } } },
    ]);
    expect(entries.map(({ kind }) => kind)).toEqual(['run-started', 'variant-started', 'phase']);
  });

  it('leaves the state it is given as it was', () => {
    const { state } = transition(script, READY, { kind: 'begin' }, NOW);
    const before = structuredClone(state);
    transition(script, state, { kind: 'abort', by: 'person', reason: 'enough' }, NOW);
    expect(state).toEqual(before);
  });

  it('throws at a move that is not legal', () => {
    const { state } = transition(script, READY, { kind: 'begin' }, NOW);
    const abort = { kind: 'abort', by: 'person', reason: '' } as const;
    const waited = { kind: 'answered', answer: { kind: 'waited' } } as const;
    expect(() => transition(script, READY, abort, NOW)).toThrow(
      'abort cannot happen to a run that is ready',
    );
    expect(() => transition(script, state, { kind: 'begin' }, NOW)).toThrow(
      'begin cannot happen to a run that is running',
    );
    expect(() => transition(script, state, { ...waited, id: 99 }, NOW)).toThrow(
      'nobody waits for an answer to order 99',
    );
    expect(() => transition(script, state, { ...waited, id: 1 }, NOW)).toThrow(
      'waited is no answer to preparation',
    );
  });
});
