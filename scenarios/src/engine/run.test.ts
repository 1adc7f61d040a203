import { describe, expect, it } from 'vitest';
import type { Step } from '../document/model.ts';
import { PHASES } from '../journal/entries.ts';
import { ERRORS, runSimulated, type SimulatedRunOptions } from '../testing/run-simulated.ts';
import type { SimulatedState } from '../testing/simulated-lab.ts';
import { actsOf, entriesOf, phasesOf } from '../testing/journal-entries.ts';
import { STEADY_WITHIN_MS } from './limits.ts';

const LATENCY = { kind: 'network.latency', link: 'orders->payments', latencyMs: 2_000 };
const INJECT: Step = { line: 1, kind: 'inject', id: 'slow', fault: LATENCY, forMs: 20_000 };
const OBSERVE: Step = { line: 2, kind: 'observe', forMs: 3_000, checks: [ERRORS.id] };
const CLEAR: Step = { line: 3, kind: 'clear', what: 'all' };
const NO_BREAKER = {
  target: 'link' as const,
  name: 'orders->payments',
  patch: { breaker: { enabled: false } },
};

/** Errors while a fault lasts. */
const HURT: SimulatedRunOptions['read'] = (_probe, { faults }) => ({
  value: faults.size > 0 ? 0.5 : 0,
  samples: 100,
});
/** Errors while a fault lasts and the breaker is off. */
const HURT_WITHOUT_BREAKER = (_probe: unknown, { faults, policies }: SimulatedState) => ({
  value: faults.size > 0 && policies.length > 0 ? 0.5 : 0,
  samples: 100,
});

describe('a run of one variant', () => {
  it('goes through every phase once, in order', async () => {
    const { journal } = await runSimulated({ experiment: { method: [INJECT, OBSERVE, CLEAR] } });
    expect(phasesOf(journal)).toEqual(PHASES);
  });

  it('holds when every check and every invariant does', async () => {
    const { outcome, journal } = await runSimulated({
      experiment: { method: [INJECT, OBSERVE, CLEAR], invariants: ['money-conserved'] },
    });
    expect(outcome).toEqual({ verdict: 'holds', asClaimed: true, exitCode: 0, reasons: [] });
    expect(entriesOf(journal, 'check').map(({ when, outcome }) => [when, outcome])).toEqual([
      ['before', 'held'],
      ['during', 'held'],
      ['after', 'held'],
      ['after-undo', 'held'],
    ]);
  });

  it('prepares without load, then sets policies, then the load with the seed of the run', async () => {
    const { lab } = await runSimulated({ experiment: { policies: [NO_BREAKER] } });
    expect(lab.calls.slice(0, 4)).toEqual([
      'set-load off',
      'reset',
      'change orders->payments {"breaker":{"enabled":false}}',
      'set-load 40',
    ]);
  });

  it('takes no longer than its own waits', async () => {
    const { durationMs } = await runSimulated({
      experiment: { method: [INJECT, OBSERVE, CLEAR], invariants: ['money-conserved'] },
    });
    const warmUp = 2_000;
    const observation = 3_000;
    const telemetry = 2 * 1_500;
    expect(durationMs).toBe(warmUp + observation + telemetry);
  });

  it('looks at the steady state about once a second from the warm-up to the end', async () => {
    const { journal } = await runSimulated({ experiment: { method: [INJECT, OBSERVE, CLEAR] } });
    const times = entriesOf(journal, 'observation').map(({ at }) => at);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
    expect(times.length).toBeGreaterThan(6);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(1_000);
  });

  it('measures an observation over its whole span, and waits for late telemetry first', async () => {
    const spans: [number, number, number][] = [];
    const { journal } = await runSimulated({
      experiment: { method: [OBSERVE] },
      read: (_probe, { now }, { from, to }) => {
        spans.push([from, to, now]);
        return { value: 0, samples: 100 };
      },
    });
    const began = entriesOf(journal, 'step-started')[0]?.at ?? 0;
    expect(spans).toContainEqual([began, began + 3_000, began + 4_500]);
  });

  it('fails when a check is broken during an observation, and goes on to the end', async () => {
    const { outcome, journal } = await runSimulated({
      experiment: { method: [INJECT, OBSERVE, CLEAR] },
      read: HURT,
    });
    expect(outcome).toMatchObject({ verdict: 'fails', exitCode: 1 });
    expect(phasesOf(journal)).toEqual(PHASES);
    expect(entriesOf(journal, 'variant-ended')[0]).toMatchObject({
      broken: [ERRORS.id],
      reasons: ['red.errorRatio was 50 %, expected < 1% (100 samples) (during)'],
    });
  });

  it('fails when the steady state does not come back', async () => {
    let hurt = false;
    const { outcome, journal } = await runSimulated({
      experiment: { method: [INJECT, { ...OBSERVE, checks: [] }, CLEAR] },
      read(_probe, { faults }) {
        hurt ||= faults.size > 0;
        return { value: hurt ? 0.5 : 0, samples: 100 };
      },
    });
    expect(outcome).toMatchObject({ verdict: 'fails', exitCode: 1 });
    const decisions = entriesOf(journal, 'check').map(({ when, outcome }) => [when, outcome]);
    expect(decisions).toEqual([
      ['before', 'held'],
      ['after', 'broken'],
      ['after-undo', 'broken'],
    ]);
  });

  it('fails when an invariant is broken', async () => {
    const { outcome } = await runSimulated({
      experiment: { invariants: ['money-conserved', 'stock-conserved'] },
      brokenInvariants: () => ['stock-conserved'],
    });
    expect(outcome).toMatchObject({
      verdict: 'fails',
      exitCode: 1,
      reasons: ['as-it-is: stock-conserved is broken: 1 of 10 is wrong'],
    });
  });

  it('is a fault of the lab when it knows no such invariant', async () => {
    const { outcome } = await runSimulated({ experiment: { invariants: ['no-such-thing'] } });
    expect(outcome).toMatchObject({ verdict: 'inconclusive', exitCode: 70 });
  });
});

describe('a run that proves nothing', () => {
  it('injects nothing when it was never steady', async () => {
    const { outcome, journal, lab, durationMs } = await runSimulated({
      experiment: { method: [INJECT] },
      read: () => ({ value: 0.5, samples: 100 }),
    });
    expect(outcome).toMatchObject({
      verdict: 'inconclusive',
      exitCode: 2,
      reasons: ['as-it-is: not in its steady state before anything was done'],
    });
    expect(lab.calls).not.toContain('inject network.latency');
    expect(phasesOf(journal)).toEqual(['preparing', 'warming-up', 'steady-before', 'undoing']);
    expect(durationMs).toBe(STEADY_WITHIN_MS + 2000);
  });

  it('is inconclusive with too few samples', async () => {
    const { outcome, journal } = await runSimulated({
      read: () => ({ value: 0, samples: 9 }),
    });
    expect(outcome).toMatchObject({ verdict: 'inconclusive', exitCode: 2 });
    expect(entriesOf(journal, 'check')).toMatchObject([{ when: 'before', outcome: 'no-data' }]);
  });

  it('is inconclusive when a fault had no effect', async () => {
    const { outcome } = await runSimulated({
      experiment: { method: [INJECT, CLEAR] },
      hasEffect: () => false,
    });
    expect(outcome.reasons).toEqual([
      'as-it-is: network.latency had no measurable effect: nothing moved',
    ]);
    expect(outcome).toMatchObject({ verdict: 'inconclusive', exitCode: 2 });
  });

  it('is inconclusive when something was not seen often enough', async () => {
    const { outcome, journal } = await runSimulated({
      experiment: {
        sometimes: [{ event: 'saga.compensated', attributes: {}, service: null, times: 2 }],
      },
      count: () => 1,
    });
    expect(outcome).toMatchObject({ verdict: 'inconclusive', exitCode: 2 });
    expect(entriesOf(journal, 'sighting')).toMatchObject([{ seen: false, count: 1 }]);
  });
});

describe('the method', () => {
  it('ends with an await that fails, and goes on to the undo', async () => {
    const open = { ...ERRORS, id: 'open', expect: '> 1%' };
    const check = { ...open, tolerance: { ...ERRORS.tolerance, operator: '>' as const } };
    const { outcome, journal } = await runSimulated({
      experiment: {
        method: [INJECT, { line: 2, kind: 'await', check, withinMs: 2_000, forMs: 0 }, OBSERVE],
      },
    });
    expect(outcome).toMatchObject({ verdict: 'fails', exitCode: 1 });
    expect(entriesOf(journal, 'step-ended').map(({ path, outcome }) => [path, outcome])).toEqual([
      ['0', 'done'],
      ['1', 'failed'],
    ]);
    expect(phasesOf(journal)).not.toContain('steady-after');
    expect(entriesOf(journal, 'effect')).toHaveLength(1);
  });

  it('awaits that a check holds without a break', async () => {
    let reads = 0;
    const { journal } = await runSimulated({
      experiment: {
        steadyState: [],
        method: [{ line: 1, kind: 'await', check: ERRORS, withinMs: 5_000, forMs: 1_000 }],
      },
      read: () => ({ value: (reads += 1) === 3 ? 0.5 : 0, samples: 100 }),
    });
    const [started] = entriesOf(journal, 'step-started');
    const [ended] = entriesOf(journal, 'step-ended');
    // The third poll, 500 ms after the first, was broken; the time began anew with the fourth.
    expect((ended?.at ?? 0) - (started?.at ?? 0)).toBe(750 + 1_000);
  });

  it('runs branches at once and ends with the last of them', async () => {
    const observe = (forMs: number): Step => ({ line: 1, kind: 'observe', forMs, checks: [] });
    const { journal } = await runSimulated({
      experiment: {
        method: [
          {
            line: 1,
            kind: 'parallel',
            branches: [[observe(1_000), observe(1_000)], [observe(4_000)]],
          },
          { line: 5, kind: 'scale', service: 'payments', replicas: 3 },
        ],
      },
    });
    const steps = journal.flatMap((entry) =>
      entry.kind === 'step-started' || entry.kind === 'step-ended'
        ? [`${entry.path} ${entry.kind}`]
        : [],
    );
    expect(steps).toEqual([
      '0 step-started',
      '0.0.0 step-started',
      '0.1.0 step-started',
      '0.0.0 step-ended',
      '0.0.1 step-started',
      '0.0.1 step-ended',
      '0.1.0 step-ended',
      '0 step-ended',
      '1 step-started',
      '1 step-ended',
    ]);
  });

  it('leaves out the steady state after it while a fault lasts', async () => {
    const { journal, outcome } = await runSimulated({ experiment: { method: [INJECT] } });
    expect(phasesOf(journal)).not.toContain('steady-after');
    expect(entriesOf(journal, 'note')[0]?.text).toContain('network.latency still lasts');
    expect(outcome.exitCode).toBe(0);
  });

  it('tells of a fault that ended by itself', async () => {
    const short = { ...INJECT, forMs: 1_000 };
    const { journal } = await runSimulated({ experiment: { method: [short, OBSERVE] } });
    expect(entriesOf(journal, 'fault-ended')).toMatchObject([
      { faultId: 'fault-1', why: 'its time was over' },
    ]);
    expect(entriesOf(journal, 'effect')).toMatchObject([{ faultId: 'fault-1', seen: true }]);
  });

  it('puts the load of the experiment on again before the last steady state', async () => {
    const { lab } = await runSimulated({
      experiment: { method: [{ line: 1, kind: 'load', change: { rps: 90 } }] },
    });
    const loads = lab.calls.filter((call) => call.includes('load'));
    expect(loads.slice(1)).toEqual([
      'set-load 40',
      'set-load 90',
      'set-load 40',
      'set-load off',
      'restore-load',
    ]);
  });
});

describe('variants', () => {
  const both: SimulatedRunOptions['experiment'] = {
    method: [INJECT, OBSERVE, CLEAR],
    variants: [
      { name: 'with-breaker', changes: [], expect: 'holds', because: [] },
      { name: 'without-breaker', changes: [NO_BREAKER], expect: 'fails', because: [ERRORS.id] },
    ],
  };

  it('show what the document claims, both ways', async () => {
    const { outcome, journal } = await runSimulated({
      experiment: both,
      read: HURT_WITHOUT_BREAKER,
    });
    expect(outcome).toEqual({ verdict: 'holds', asClaimed: true, exitCode: 0, reasons: [] });
    expect(
      entriesOf(journal, 'variant-ended').map(({ variant, verdict }) => [variant, verdict]),
    ).toEqual([
      ['with-breaker', 'holds'],
      ['without-breaker', 'fails'],
    ]);
  });

  it('are not as claimed when nothing hurts without the pattern', async () => {
    const { outcome } = await runSimulated({ experiment: both });
    expect(outcome).toMatchObject({
      verdict: 'fails',
      exitCode: 1,
      reasons: ['without-breaker: everything held, although it was expected to fail'],
    });
  });

  it('run alone when they are named', async () => {
    const { journal } = await runSimulated({ experiment: both, variants: ['without-breaker'] });
    expect(entriesOf(journal, 'variant-started').map(({ variant }) => variant)).toEqual([
      'without-breaker',
    ]);
  });

  it('cannot be run when there is none of that name', async () => {
    await expect(runSimulated({ experiment: both, variants: ['nobody'] })).rejects.toThrow(
      'simulated has no variant nobody; it has with-breaker, without-breaker',
    );
  });

  it('of a sweep claim nothing and tell their numbers', async () => {
    const { outcome, journal } = await runSimulated({
      experiment: {
        method: [INJECT, OBSERVE, CLEAR],
        variants: [],
        sweep: {
          target: 'link',
          name: 'orders->payments',
          field: 'retry.attempts',
          values: [1, 3],
          show: [{ id: 'errors', probe: ERRORS.probe }],
        },
      },
      read: HURT,
    });
    expect(outcome.exitCode).toBe(0);
    expect(
      entriesOf(journal, 'measured').map(({ variant, id, unit }) => [variant, id, unit]),
    ).toEqual([
      ['retry.attempts=1', 'errors', 'ratio'],
      ['retry.attempts=3', 'errors', 'ratio'],
    ]);
    expect(actsOf(journal, 'policy').map(({ title }) => title)).toEqual([
      'orders->payments {"retry":{"attempts":1}}',
      'orders->payments {"retry":{"attempts":3}}',
    ]);
  });
});
