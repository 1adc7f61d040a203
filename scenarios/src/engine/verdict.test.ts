import { describe, expect, it } from 'vitest';
import type { RunVariant } from './variants.ts';
import {
  judgeRun,
  judgeVariant,
  NO_FINDINGS,
  type Finding,
  type Findings,
  type VariantOutcome,
} from './verdict.ts';

const HOLDS: RunVariant = { name: 'with', changes: [], expect: 'holds', because: [], sweep: null };
const FAILS: RunVariant = { ...HOLDS, name: 'without', expect: 'fails', because: ['red.latency'] };
const SWEPT: RunVariant = { ...HOLDS, expect: null };

const broken: Finding = {
  check: 'slow-checkout',
  probe: 'red.latency',
  when: 'during',
  outcome: 'broken',
  detail: 'p95 was 1 s, expected < 400ms',
};
const found = (given: Partial<Findings>): Findings => ({ ...NO_FINDINGS, ...given });
const aborted = (by: NonNullable<Findings['aborted']>['by'], check: { id: string } | null = null) =>
  found({ aborted: { by, reason: by, check: check && { ...check, probe: 'red.latency' } } });

describe('the verdict of a variant', () => {
  it.each<[string, RunVariant, Findings, Partial<VariantOutcome>]>([
    ['holds without doubts', HOLDS, NO_FINDINGS, { verdict: 'holds', exitCode: 0 }],
    [
      'fails with a broken check',
      HOLDS,
      found({ checks: [broken] }),
      { verdict: 'fails', exitCode: 1 },
    ],
    [
      'fails as claimed, by id of the probe',
      FAILS,
      found({ checks: [broken] }),
      { verdict: 'fails', asClaimed: true, exitCode: 0, broken: ['slow-checkout'] },
    ],
    [
      'fails for another reason than claimed',
      FAILS,
      found({ checks: [{ ...broken, probe: 'red.errorRatio' }] }),
      { verdict: 'fails', asClaimed: false, exitCode: 1 },
    ],
    [
      'holds against the claim',
      FAILS,
      NO_FINDINGS,
      { verdict: 'holds', asClaimed: false, exitCode: 1 },
    ],
    [
      'is inconclusive without data',
      HOLDS,
      found({ checks: [{ ...broken, outcome: 'no-data' }] }),
      { verdict: 'inconclusive', exitCode: 2 },
    ],
    [
      'does not count what was broken before anything was done',
      HOLDS,
      found({ steady: false, checks: [{ ...broken, when: 'before' }] }),
      { verdict: 'inconclusive', exitCode: 2, broken: [] },
    ],
    [
      'fails with a broken check, whatever is in doubt',
      FAILS,
      found({ checks: [broken], effects: [{ title: 'latency', seen: false, detail: '' }] }),
      { verdict: 'fails', asClaimed: true, exitCode: 0 },
    ],
    [
      'is inconclusive when a person ended it',
      HOLDS,
      aborted('person'),
      { verdict: 'inconclusive', exitCode: 3 },
    ],
    [
      'fails as claimed when its condition ended it',
      FAILS,
      aborted('condition', { id: 'too-slow' }),
      { verdict: 'fails', asClaimed: true, exitCode: 0, broken: ['too-slow'] },
    ],
    [
      'is stopped, not failed, when a condition ended what should hold',
      HOLDS,
      aborted('condition', { id: 'too-slow' }),
      { verdict: 'inconclusive', asClaimed: false, exitCode: 3 },
    ],
    [
      'proves nothing with a fault of the lab, not even a failure',
      FAILS,
      { ...aborted('lab-fault'), checks: [broken] },
      { verdict: 'inconclusive', asClaimed: false, exitCode: 70 },
    ],
    [
      'is overridden by an undo that is not clean',
      FAILS,
      found({ checks: [broken], undoLeft: ['latency still lasts'] }),
      { verdict: 'fails', asClaimed: false, exitCode: 4 },
    ],
    [
      'claims nothing in a sweep',
      SWEPT,
      found({ checks: [broken] }),
      { verdict: 'fails', asClaimed: true, exitCode: 0 },
    ],
    [
      'of a sweep counts faults of the lab',
      SWEPT,
      aborted('lab-fault'),
      { asClaimed: false, exitCode: 70 },
    ],
  ])('%s', (_claim, variant, findings, expected) => {
    expect(judgeVariant(variant, findings)).toMatchObject(expected);
  });

  it('tells the reasons, most important first', () => {
    const findings: Findings = {
      ...aborted('stop-all'),
      checks: [broken],
      invariants: [{ name: 'money-conserved', holds: false, evidence: '1 of 2' }],
      sightings: [{ title: 'saga.compensated', seen: false, count: 0 }],
      undoLeft: ['latency still lasts'],
    };
    expect(judgeVariant(HOLDS, findings).reasons).toEqual([
      'the undo is not clean: latency still lasts',
      'stop-all',
      'money-conserved is broken: 1 of 2',
      'p95 was 1 s, expected < 400ms (during)',
    ]);
  });
});

describe('the outcome of a run', () => {
  const outcome = (exitCode: number): VariantOutcome => ({
    ...judgeVariant(HOLDS, NO_FINDINGS),
    exitCode,
    asClaimed: exitCode === 0,
    reasons: exitCode === 0 ? [] : [`code ${exitCode}`],
  });
  const run = (codes: number[], planned = codes.length) =>
    judgeRun(
      codes.map((code, index) => ({ name: `v${index}`, outcome: outcome(code) })),
      planned,
    );

  it('is that of its worst variant', () => {
    expect(run([0, 0])).toEqual({ verdict: 'holds', asClaimed: true, exitCode: 0, reasons: [] });
    expect(run([0, 2, 1])).toMatchObject({ verdict: 'fails', exitCode: 1 });
    expect(run([2, 3, 1])).toMatchObject({ verdict: 'fails', exitCode: 3 });
    expect(run([3, 70])).toMatchObject({ verdict: 'inconclusive', exitCode: 70 });
    expect(run([70, 4])).toMatchObject({ verdict: 'inconclusive', exitCode: 4 });
  });

  it('is not as claimed when variants were not run', () => {
    expect(run([0], 2)).toEqual({
      verdict: 'inconclusive',
      asClaimed: false,
      exitCode: 2,
      reasons: ['1 of 2 variants were not run'],
    });
  });
});
