import { describe, expect, it } from 'vitest';
import type { Step } from '../document/model.ts';
import { ERRORS, runSimulated, type SimulatedRunOptions } from '../testing/run-simulated.ts';
import { actsOf, entriesOf, phasesOf } from '../testing/journal-entries.ts';

const SLOW = { kind: 'network.latency', link: 'orders->payments', latencyMs: 2_000 };
const METHOD: Step[] = [
  { line: 1, kind: 'inject', id: 'slow', fault: SLOW, forMs: 60_000 },
  { line: 2, kind: 'scale', service: 'payments', replicas: 3 },
  { line: 3, kind: 'observe', forMs: 20_000, checks: [] },
  { line: 4, kind: 'clear', what: 'all' },
];
/** Fails after a second. */
const AWAIT_ERRORS: Step = {
  ...{ line: 5, kind: 'await', withinMs: 1_000, forMs: 0 },
  check: { ...ERRORS, id: 'errors', tolerance: { kind: 'range', from: 0.9, to: 1 } },
};
const FLAG = { target: 'flag' as const, name: 'new-checkout', patch: { on: true } };
const EXPERIMENT: SimulatedRunOptions['experiment'] = {
  method: METHOD,
  policies: [FLAG],
  variants: [
    { name: 'one', changes: [], expect: 'holds', because: [] },
    { name: 'two', changes: [], expect: 'holds', because: [] },
  ],
};
/** In the middle of the observation. */
const AFTER_MS = 10_000;

describe('a run that is aborted', () => {
  it.each(['person', 'disconnect', 'stop-all'] as const)(
    'by %s puts everything back at once and runs no other variant',
    async (by) => {
      const { outcome, journal, lab, durationMs } = await runSimulated({
        experiment: EXPERIMENT,
        abort: { afterMs: AFTER_MS, by, reason: `told to by ${by}` },
      });
      expect(outcome).toMatchObject({
        verdict: 'inconclusive',
        asClaimed: false,
        exitCode: 3,
        reasons: [`one: told to by ${by}`, '1 of 2 variants were not run'],
      });
      expect(entriesOf(journal, 'aborted')).toMatchObject([{ by }]);
      expect(phasesOf(journal).slice(-2)).toEqual(['method', 'undoing']);
      expect(entriesOf(journal, 'undo')).toMatchObject([{ clean: true, left: [] }]);
      expect(lab.leftovers()).toEqual([]);
      expect(durationMs).toBe(AFTER_MS);
    },
  );

  it('before it begins touches next to nothing', async () => {
    const { journal, lab } = await runSimulated({
      experiment: EXPERIMENT,
      abort: { afterMs: 0, by: 'person', reason: 'changed her mind' },
    });
    expect(phasesOf(journal).at(-1)).toBe('undoing');
    expect(lab.calls).not.toContain('inject network.latency');
    expect(lab.leftovers()).toEqual([]);
  });

  it('says of every step that it was stopped', async () => {
    const { journal } = await runSimulated({
      experiment: { ...EXPERIMENT, method: [{ line: 1, kind: 'parallel', branches: [METHOD] }] },
      abort: { afterMs: AFTER_MS, by: 'person', reason: 'enough' },
    });
    const stopped = entriesOf(journal, 'step-ended').filter(({ outcome }) => outcome === 'stopped');
    expect(stopped.map(({ path }) => path)).toEqual(['0.0.2', '0']);
  });

  it('after the undo takes the load away and ends', async () => {
    const { journal, lab } = await runSimulated({
      experiment: { ...EXPERIMENT, recoveryMs: 60_000 },
      read: (_probe, { replicas, policies }) => ({
        value: policies.length === 0 && replicas.size === 0 ? 0.5 : 0,
        samples: 100,
      }),
      abort: { afterMs: 40_000, by: 'person', reason: 'enough' },
    });
    expect(phasesOf(journal).at(-1)).toBe('steady-after-undo');
    expect(entriesOf(journal, 'undo')).toHaveLength(1);
    expect(lab.leftovers()).toEqual([]);
  });
});

describe('an abort condition', () => {
  const condition = { ...ERRORS, id: 'too-bad' };
  const experiment: SimulatedRunOptions['experiment'] = {
    method: METHOD,
    steadyState: [],
    abortWhen: [{ check: condition, forMs: 3_000 }],
    invariants: ['money-conserved'],
  };
  const hurt: SimulatedRunOptions['read'] = (_probe, { faults }) => ({
    value: faults.size > 0 ? 0.9 : 0,
    samples: 100,
  });

  it('ends the run when it has been broken for its time', async () => {
    const { outcome, journal, lab } = await runSimulated({ experiment, read: hurt });
    expect(outcome).toMatchObject({ verdict: 'inconclusive', exitCode: 3 });
    expect(entriesOf(journal, 'aborted')).toMatchObject([
      {
        by: 'condition',
        reason: 'stopped by a condition: red.errorRatio was 90 %, expected < 1% (100 samples)',
      },
    ]);
    const began = entriesOf(journal, 'phase').find(({ phase }) => phase === 'method')?.at ?? 0;
    expect((entriesOf(journal, 'aborted')[0]?.at ?? 0) - began).toBe(3_000);
    expect(lab.leftovers()).toEqual([]);
  });

  it('lets the run find out what became of the lab', async () => {
    const { journal } = await runSimulated({ experiment, read: hurt });
    expect(phasesOf(journal).slice(-4)).toEqual([
      'undoing',
      'steady-after-undo',
      'settling',
      'invariants',
    ]);
    expect(entriesOf(journal, 'invariant')).toHaveLength(1);
    expect(entriesOf(journal, 'effect')).toHaveLength(1);
  });

  it('does not end a run in which it holds in between', async () => {
    const { outcome } = await runSimulated({
      experiment,
      read: (probe, state) =>
        hurt(probe, state, { from: 0, to: 0 }) && {
          value: state.faults.size > 0 && state.now % 3_000 !== 0 ? 0.9 : 0,
          samples: 100,
        },
    });
    expect(outcome.exitCode).toBe(0);
  });

  it('shows what a variant claims that is expected to fail because of it', async () => {
    const fails = { name: 'hurts', changes: [], expect: 'fails' as const };
    const because = async (reason: string) => {
      const variants = [{ ...fails, because: [reason] }];
      return (await runSimulated({ experiment: { ...experiment, variants }, read: hurt })).outcome;
    };
    expect(await because('too-bad')).toMatchObject({ verdict: 'holds', exitCode: 0 });
    expect(await because('red.errorRatio')).toMatchObject({ verdict: 'holds', exitCode: 0 });
    expect(await because('money-conserved')).toMatchObject({ exitCode: 3 });
  });
});

describe('a fault of the lab', () => {
  it.each([
    ['reset', 'throw', 'data made anew failed: reset broke'],
    ['change', 'refuse', 'new-checkout {"on":true} failed: simulated'],
    ['inject', 'refuse', 'network.latency failed: simulated'],
    ['before', 'throw', 'network.latency failed: before broke'],
    ['scale', 'throw', 'payments scaled to 3 failed: scale broke'],
    ['measure', 'throw', 'measure broke'],
    ['seen', 'throw', 'seen broke'],
    ['settle', 'throw', 'settle broke'],
    ['invariants', 'throw', 'invariants broke'],
    ['sight', 'throw', 'sight broke'],
  ] as const)('in %s (%s) ends the run, inconclusive', async (call, mishap, reason) => {
    const { outcome, journal, lab } = await runSimulated({
      experiment: {
        ...EXPERIMENT,
        invariants: ['money-conserved'],
        sometimes: [{ event: 'x', attributes: {}, service: null, times: 1 }],
      },
      mishap: (name, before) => (name === call && before === 0 ? mishap : null),
    });
    expect(outcome).toMatchObject({
      verdict: 'inconclusive',
      exitCode: 70,
      reasons: [`one: ${reason}`, '1 of 2 variants were not run'],
    });
    expect(entriesOf(journal, 'aborted')).toMatchObject([{ by: 'lab-fault', reason }]);
    expect(lab.leftovers()).toEqual([]);
  });

  it.each([
    [1, 0, []],
    [25, 70, ['one: network.latency failed: simulated', '1 of 2 variants were not run']],
  ])(
    'is a fault that is not undone, when it was asked for for 20 s (%i times: %i)',
    async (refusals, exitCode, reasons) => {
      const { outcome, lab } = await runSimulated({
        experiment: EXPERIMENT,
        mishap: (name, before) => (name === 'clear' && before < refusals ? 'refuse' : null),
      });
      expect(outcome).toMatchObject({ exitCode, reasons });
      expect(lab.leftovers()).toEqual([]);
    },
  );

  it('is a reading that never comes', async () => {
    const { outcome, lab } = await runSimulated({
      experiment: { method: [{ line: 1, kind: 'observe', forMs: 60_000, checks: [] }] },
      mishap: (name, before) => (name === 'measure' && before === 8 ? 'hang' : null),
    });
    expect(outcome).toMatchObject({ exitCode: 70 });
    expect(outcome.reasons[0]).toBe('as-it-is: no answer within 30 s');
    expect(lab.leftovers()).toEqual([]);
  });
});

describe('the time limit', () => {
  it('ends a run in which an act never ends', async () => {
    const { outcome, journal, lab } = await runSimulated({
      experiment: EXPERIMENT,
      mishap: (name) => (name === 'scale' ? 'hang' : null),
    });
    expect(outcome).toMatchObject({ verdict: 'inconclusive', exitCode: 3 });
    expect(entriesOf(journal, 'aborted')).toMatchObject([{ by: 'time-limit' }]);
    expect(lab.leftovers()).toEqual([]);
  });
});

describe('the undo', () => {
  it('ends a fault whose injection outlived the run', async () => {
    const { journal, lab, durationMs, pass } = await runSimulated({
      experiment: EXPERIMENT,
      mishap: (name) => (name === 'inject' ? 'late' : null),
      abort: { afterMs: 3_000, by: 'person', reason: 'enough' },
    });
    expect(durationMs).toBe(3_000 + 10_000);
    expect(entriesOf(journal, 'note')[0]?.text).toContain('the undo begins without it');
    await pass(10_000);
    expect(lab.calls.slice(-1)).toEqual(['clear fault-1']);
    expect(lab.leftovers()).toEqual([]);
  });

  it('ends a fault whose injection is answered after it', async () => {
    const { journal, lab } = await runSimulated({
      experiment: {
        ...{ ...EXPERIMENT, recoveryMs: 20_000 },
        method: [{ line: 1, kind: 'parallel', branches: [METHOD, [AWAIT_ERRORS]] }],
      },
      mishap: (name, before) => (name === 'inject' && before === 0 ? 'late' : null),
      read: (_probe, { policies, now }) => ({
        value: policies.length === 0 && now % 100_000 < 30_000 ? 0.5 : 0,
        samples: 100,
      }),
    });
    const done = actsOf(journal, 'inject').at(0);
    expect(done).toMatchObject({ outcome: 'done', faultId: 'fault-1' });
    expect(actsOf(journal, 'clear')).toMatchObject([{ faultId: 'fault-1', outcome: 'done' }, {}]);
    expect(lab.leftovers()).toEqual([]);
  });

  it('is tried again until it is done', async () => {
    const { outcome, journal, lab } = await runSimulated({
      experiment: { policies: [FLAG], method: METHOD.slice(0, 2) },
      mishap: (name, before) =>
        ['clear', 'restore-policies', 'restore-fleet', 'restore-load'].includes(name) && before < 2
          ? 'throw'
          : null,
    });
    expect(outcome.exitCode).toBe(0);
    expect(actsOf(journal, 'restore').map(({ title, outcome }) => `${title} ${outcome}`)).toEqual(
      [
        ...Array.from({ length: 2 }, () => [
          'policies as before failed',
          'instances as before failed',
        ]),
        ['policies as before done', 'instances as before done'],
        ...['failed', 'failed', 'done'].map((ended) => [`load as before ${ended}`]),
      ].flat(),
    );
    expect(lab.leftovers()).toEqual([]);
  });

  it('tells what is left when it cannot be done, and no other variant is run', async () => {
    const { outcome, journal } = await runSimulated({
      experiment: EXPERIMENT,
      mishap: (name) => (name === 'restore-fleet' ? 'refuse' : null),
    });
    expect(outcome).toMatchObject({ asClaimed: false, exitCode: 4 });
    expect(entriesOf(journal, 'undo')).toMatchObject([
      { clean: false, left: ['instances as before: simulated'] },
    ]);
    expect(entriesOf(journal, 'variant-started')).toHaveLength(1);
  });

  it('does not wait for ever for a part that never answers', async () => {
    const { outcome, lab } = await runSimulated({
      experiment: { policies: [FLAG] },
      mishap: (name, before) => (name === 'restore-policies' && before === 0 ? 'hang' : null),
    });
    expect(outcome.exitCode).toBe(0);
    expect(lab.leftovers()).toEqual([]);
  });

  it('happens even when the journal cannot be written', async () => {
    let left: (() => string[]) | undefined;
    const run = runSimulated({
      experiment: EXPERIMENT,
      onEntry(entry, lab) {
        left = () => lab.leftovers();
        if (entry.kind === 'step-started' && entry.path === '2') throw new Error('disk full');
      },
    });
    await expect(run).rejects.toThrow('disk full');
    expect(left?.()).toEqual([]);
  });
});
