import { describe, expect, it } from 'vitest';
import type { Experiment, Step } from '../document/model.ts';
import { planSchema } from '../journal/entries.ts';
import { ERRORS, SIMULATED_PROBES, simulatedExperiment } from '../testing/run-simulated.ts';
import { planExperiment, type PlanOptions } from './plan.ts';

const METHOD: Step[] = [
  {
    ...{ line: 10, kind: 'inject', id: 'slow', forMs: 40_000 },
    fault: { kind: 'network.latency', link: 'orders->payments' },
  },
  { line: 11, kind: 'await', check: { ...ERRORS, id: 'hurt' }, withinMs: 10_000, forMs: 2_000 },
  {
    ...{ line: 12, kind: 'parallel' },
    branches: [
      [{ line: 13, kind: 'observe', forMs: 15_000, checks: [ERRORS.id] }],
      [{ line: 14, kind: 'scale', service: 'payments', replicas: 3 }],
    ],
  },
  { line: 15, kind: 'clear', what: 'all' },
];

function plan(experiment: Partial<Experiment> = {}, options: Partial<PlanOptions> = {}) {
  return planExperiment(simulatedExperiment({ method: METHOD, ...experiment }), {
    resolve: () => ({
      ...{ kind: 'ok', title: 'latency 2 s on orders->payments', links: ['orders->payments'] },
      ...{ services: [], instances: ['payments-1', 'payments-2'] },
    }),
    describePolicy: (change) => (change.target === 'mtls' ? 'mutual TLS' : change.name),
    describeProbe: (probe) => SIMULATED_PROBES.describe(probe),
    unitOf: (probe) => SIMULATED_PROBES.unit(probe),
    ...options,
  });
}

describe('a plan', () => {
  it('tells every step with its place, its line and its longest time', () => {
    expect(plan()).toMatchObject({
      steps: [
        { path: '0', line: 10, title: 'inject latency 2 s on orders->payments for 40 s' },
        { path: '1', title: 'await red.errorRatio < 1% within 10 s for 2 s', atMostMs: 12_000 },
        { path: '2', title: '2 branches at once', atMostMs: 30_000 },
        { path: '2.0.0', kind: 'observe', atMostMs: 16_500 },
        { path: '2.1.0', title: 'scale payments to 3' },
        { path: '3', title: 'clear all faults', atMostMs: 0 },
      ],
    });
    expect(planSchema.parse(plan())).toEqual(plan());
  });

  it('tells what a run takes as a rule, variant by variant', () => {
    // Awaited things come within 4 s, the scaled service within the 16.5 s of the other branch.
    const { load } = simulatedExperiment({});
    const ofOne = 6_000 + load.warmupMs + (4_000 + 2_000) + 16_500;
    expect(plan()).toMatchObject({ aboutMs: ofOne });
    const variants: Experiment['variants'] = [
      { name: 'with', expect: 'holds', because: [], changes: [] },
      { name: 'without', expect: 'fails', because: [], changes: [] },
    ];
    expect(plan({ variants })).toMatchObject({ aboutMs: 2 * ofOne });
  });

  it('tells of every check when it decides', () => {
    const whens = (experiment: Partial<Experiment>) => {
      const planned = plan(experiment);
      return 'checks' in planned ? planned.checks.map(({ id, when }) => [id, when]) : [];
    };
    const watched = [ERRORS.id, 'before, after and meanwhile'];
    expect(whens({})).toEqual([watched, ['hurt', 'awaited']]);
    expect(whens({ method: [] })).toEqual([[ERRORS.id, 'before and after']]);
    const abortWhen = [{ check: { ...ERRORS, id: 'limit' }, forMs: 1_000 }];
    expect(whens({ abortWhen })).toContainEqual(['limit', 'else the run is stopped']);
  });

  it('tells everything that is touched and put back', () => {
    const tls = { target: 'service' as const, name: 'inventory', patch: {} };
    expect(plan({ policies: [tls] })).toMatchObject({
      blastRadius: {
        links: ['orders->payments'],
        services: ['inventory', 'payments'],
        instances: ['payments-1', 'payments-2'],
      },
      undo: [
        'every fault of the run is cleared, and that is verified',
        'policies, flags and mutual TLS are put back as they were',
        'replicas and schemas are put back as they were, every instance ready',
        'the load is put back as it was',
      ],
    });
  });

  it('has the checks of awaits and abort conditions, too', () => {
    const guard = { check: { ...ERRORS, id: 'guard' }, forMs: 10_000 };
    expect(plan({ abortWhen: [guard] })).toMatchObject({
      checks: [{ id: ERRORS.id }, { id: 'hurt' }, { id: 'guard' }],
      abortWhen: ['red.errorRatio not < 1% for 10 s'],
    });
  });

  it('takes the seed of the document unless told otherwise', () => {
    expect(plan()).toMatchObject({ seed: 7 });
    expect(plan({}, { seed: 8 })).toMatchObject({ seed: 8 });
  });

  it('has a variant for each value of a sweep, and can be made for one of them', () => {
    const sweep = {
      ...{ target: 'link' as const, name: 'orders->payments', field: 'retry.attempts' },
      ...{ values: [1, 3], show: [] },
    };
    const names = (made: ReturnType<typeof plan>) =>
      'problem' in made ? made.problem : made.variants.map(({ name, expect }) => [name, expect]);
    expect(names(plan({ sweep }))).toEqual([
      ['as-it-is', 'holds'],
      ['retry.attempts=1', null],
      ['retry.attempts=3', null],
    ]);
    expect(names(plan({ sweep }, { variants: ['retry.attempts=3'] }))).toEqual([
      ['retry.attempts=3', null],
    ]);
    expect(names(plan({}, { variants: ['other'] }))).toBe(
      'simulated has no variant other; it has as-it-is',
    );
  });

  it('says of a fault that it is refused as things stand', () => {
    const refuse = () => ({ kind: 'refused' as const, detail: 'no such link' });
    expect(plan({}, { resolve: refuse })).toMatchObject({
      steps: [
        { title: 'inject network.latency (refused as things stand: no such link) for 40 s' },
        ...Array.from({ length: 5 }, () => ({})),
      ],
      blastRadius: { links: [], services: ['payments'], instances: [] },
    });
  });
});
