import { describe, expect, it } from 'vitest';
import { viewRun } from '../journal/fold.ts';
import { changeEntries } from '../testing/changed-journal.ts';
import { sampleJournal } from '../testing/sample-journal.ts';
import { compareRuns } from './compare-runs.ts';
import { compareVariants } from './compare-variants.ts';
import { spreadOf } from './column.ts';

const journal = sampleJournal();
const view = viewRun(journal);

describe('the differences between variants', () => {
  it('begin with broken checks and say how far apart the readings are', () => {
    expect(compareVariants(view).slice(0, 2)).toMatchObject([
      {
        subject: 'red.latency',
        unit: 'ms',
        values: [240, 4877],
        summary: 'broken in without-breaker: 20.3 times as long',
      },
      { subject: 'breaker await', values: ['open', 'closed'] },
    ]);
  });

  it('are ordered by weight, from 0 to 1, with a value a variant', () => {
    const all = compareVariants(view);
    const weights = all.map(({ weight }) => weight);
    expect(weights).toEqual(weights.toSorted((one, other) => other - one));
    expect(weights.every((weight) => weight > 0 && weight <= 1)).toBe(true);
    expect(all.every(({ values }) => values.length === 2)).toBe(true);
  });

  it('name an invariant that is broken in one of them, before readings that broke nothing', () => {
    const broken = changeEntries(journal, 'invariant', ({ name, variant }) =>
      name === 'money-conserved' && variant === 'without-breaker'
        ? { holds: false, evidence: '4.00 too much', violations: [{ subject: 'o', detail: '' }] }
        : {},
    );
    const all = compareVariants(viewRun(broken));
    const index = all.findIndex(({ subject }) => subject === 'money-conserved');
    expect(all[index]).toMatchObject({
      values: [0, 1],
      summary: 'broken in without-breaker: 4.00 too much',
    });
    expect(all.findIndex(({ subject }) => subject === 'red.errorRatio')).toBeGreaterThan(index);
  });

  it('tell what was never seen in one of them', () => {
    expect(
      compareVariants(view).find(({ subject }) => subject.startsWith('breaker orders')),
    ).toMatchObject({ summary: '1 time in with-breaker, never in without-breaker' });
  });

  it('are none between variants that did the same', () => {
    const [same] = view.variants;
    if (!same) throw new Error('no variant');
    expect(compareVariants({ runKind: 'experiment', variants: [same, same] })).toEqual([]);
  });

  it('are none before two variants have ended', () => {
    expect(compareVariants(viewRun(journal.slice(0, 120)))).toEqual([]);
  });
});

describe('the differences between runs', () => {
  it('compare each variant with its namesake, with a value a run', () => {
    const slower = changeEntries(journal, 'check', ({ when, check, variant }) =>
      when === 'during' && check === 'red.latency' && variant === 'with-breaker'
        ? { value: 720, outcome: 'broken' }
        : {},
    );
    const other = { ...viewRun(slower), id: 'run-2' };
    expect(compareRuns([view, other])[0]).toMatchObject({
      subject: 'with-breaker/red.latency',
      values: [240, 720],
      summary: 'broken in run run-2: 3 times as long',
    });
  });

  it('compare the first variants of runs that share none', () => {
    const renamed = {
      ...view,
      experiment: 'another-claim',
      variants: view.variants.map((one) => ({ ...one, name: `${one.name}-2` })).reverse(),
    };
    expect(compareRuns([view, renamed])[0]).toMatchObject({
      subject: 'red.latency',
      summary: 'broken in another-claim: 20.3 times as long',
    });
  });

  it.each([1, 5])('refuse %d runs', (count) => {
    expect(() => compareRuns(Array.from({ length: count }, () => view))).toThrow(RangeError);
  });
});

describe('the spread of values', () => {
  it.each([
    [[100, 124], 'ms', null],
    [[100, 125], 'ms', 1.25],
    [[0.5, 0.509], 'ratio', null],
    [[0.1, null], 'ratio', null],
    [[3, 3], 'count', null],
  ])('of %j %s is %j', (values, unit, ratio) => {
    expect(spreadOf(values, unit)?.ratio ?? null).toBe(ratio);
  });

  it('has no ratio when the smallest is nothing', () => {
    expect(spreadOf([0, 7], 'count')).toMatchObject({ ratio: null, most: 1, least: 0 });
  });
});
